"""A claim as a step's work function gets it, without a worker."""

from datetime import UTC, datetime

from apps.pipeline.claims import Claim, take
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team

STARTED = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday


def claim(team: Team, status: Status = Status.COMPUTING_METRICS, **columns: object) -> Claim:
    """Put the team at a status of a run begun on 1 June 2026, under a new ticket, and take it."""
    ticket = rows().values_list("pipeline_ticket", flat=True).get(pk=team.pk) + 1
    rows().filter(pk=team.pk).update(
        **{
            "onboarding_pipeline_status": status,
            "onboarding_pipeline_started_at": STARTED,
            "pipeline_ticket": ticket,
            "pipeline_run": 1,
            **columns,
        }
    )
    taken = take(team_id=team.pk, ticket=ticket, status=status)
    assert taken is not None
    return taken
