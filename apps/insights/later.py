"""Having a team's insights computed anew outside of its runs."""

from django.dispatch import receiver
from django.utils.module_loading import import_string

from apps.metrics.hooks import recounted
from apps.pipeline.hints import hint

#: By path: tasks are doors, which nobody imports.
TASK = "apps.insights.tasks.recompute"


@receiver(recounted, dispatch_uid="insights.recompute")
def recompute_later(*, team_id: int, **_arguments: object) -> None:
    """
    Send the task; for whoever has moved a threshold or counted a team anew.

    A message that is lost costs time only: the team's next run finds and explains as well.
    """
    hint(import_string(TASK), kwargs={"team_id": team_id})
