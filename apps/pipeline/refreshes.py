"""Who may have a team brought up to date without a person at a button."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django_fsm import ConcurrentTransition

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.rows import rows

#: Who asks for a refresh because GitHub has told of something: nothing else need be read in it.
WEBHOOK = "webhook"


def request_refresh(team_id: int, *, actor: str, min_interval_seconds: float | None = None) -> bool:
    """
    Refresh a team that is complete, unless its last run began a moment ago; whether it did.

    What changes while a run is under way, or within the interval, is read by the next refresh, the
    nightly one at the latest: whoever must not wait so long asks again.

    :param actor: for the log: "webhook", or a user's name.
    :param min_interval_seconds: since the start of the last run; default REFRESH_SECONDS. Such a
        run costs requests to GitHub even where nothing has changed.
    """
    if min_interval_seconds is None:
        min_interval_seconds = settings.PIPELINE["refresh_seconds"]
    ticket: int | None = (
        rows()
        .filter(
            pk=team_id,
            **{STATUS: Status.COMPLETE},
            onboarding_pipeline_started_at__lte=Now() - timedelta(seconds=min_interval_seconds),
        )
        .values_list("pipeline_ticket", flat=True)
        .first()
    )
    return ticket is not None and refresh(team_id, ticket=ticket, actor=actor)


def refresh(team_id: int, *, ticket: int, actor: str) -> bool:
    """Refresh the team if nobody has moved it since its row had this ticket."""
    try:
        move(team_id, "refresh", actor=actor, ticket=ticket)
    except (MoveRefused, StaleTicket, ConcurrentTransition):
        return False
    return True
