"""Having a team's Jira read by a worker."""

from functools import partial

from django.db import transaction
from django.utils.module_loading import import_string

from apps.pipeline.hints import hint

#: Named by path: tasks are doors, and nobody imports one.
TASK = "apps.jira.tasks.read_team"
#: After which the timetable has asked again: messages that workers have no time for do not pile up,
#: and none of them begins a round that is not due any more.
LASTS = 60  # seconds


def read_soon(team_id: int) -> None:
    """
    Ask for it once the caller's transaction is through.

    The row says when it is due: a message that is lost costs a minute.
    """
    transaction.on_commit(partial(_tell, team_id), robust=True)


def _tell(team_id: int) -> None:
    hint(import_string(TASK), kwargs={"team_id": team_id}, queue="upkeep", expires=LASTS)
