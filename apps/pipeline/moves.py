"""The one way to move a team: web, admin, commands, workers and recovery all come through here."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from apps.pipeline.columns import STATUS
from apps.pipeline.models import PipelineModel
from apps.pipeline.rows import locked

BEGINNINGS = ("start", "restart")  # of a run over the whole history: they ask for its phases


class MoveRefused(Exception):
    """The team's status does not allow this; the message is a sentence for the person who asked."""


class StaleTicket(Exception):
    """The caller's ticket is no longer the row's."""


def move(
    team_id: int,
    verb: str,
    *,
    actor: str,
    reason: str = "",
    task_id: str = "",
    ticket: int | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> PipelineModel:
    """
    Apply one verb of `PipelineModel` to a team, in one transaction, and return the moved row.

    Whatever still runs for the team is fenced from its next batch on, because the move mints a
    ticket. After the commit the receiver sends the task of the new status.

    :param actor: who asks: a user's name, "worker", "recovery", "command".
    :param ticket: move only if this is still the row's ticket.
    :raises MoveRefused: if the status (or a pause) does not allow the verb, or the team is gone.
    :raises StaleTicket: if `ticket` is not the row's.
    """
    with transaction.atomic():
        row: PipelineModel | None = locked(team_id).first()
        if row is None:
            raise MoveRefused("This team does not exist any more.")
        if ticket is not None and row.pipeline_ticket != ticket:
            raise StaleTicket(f"{ticket} of team {team_id}; the row has {row.pipeline_ticket}")
        method = getattr(row, verb)
        if not can_proceed(method):
            label = row.get_onboarding_pipeline_status_display()
            raise MoveRefused(f"“{verb}” is not possible while the team is at “{label}”.")
        row.by(actor, reason=reason, task_id=task_id, alone=True)
        given = dict(arguments or {})
        if verb in BEGINNINGS:
            given["two_phase"] = row.wants_two_phases()
        method(**given)
        row.save(update_fields=[STATUS])
        return row
