"""The only receiver: a saved move sends one task, after the commit. It sends; it does not think."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.module_loading import import_string

from apps.pipeline.crash_points import Point, reached
from apps.pipeline.hints import hint
from apps.pipeline.hooks import seconds_of_run, tell_hooks
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.models import PipelineModel


@receiver(post_save, sender=settings.PIPELINE_MODEL, dispatch_uid="pipeline.send_step")
def send_step(
    instance: PipelineModel,
    *,
    created: bool = False,
    raw: bool = False,
    using: str | None = None,
    **_kwargs: Any,
) -> None:
    """
    After the commit, send the task of the ticket that this save minted.

    Sends nothing for a save without a ticket, for fixtures, for a row that waits or is paused, and
    in statuses where nothing runs. The tracker says whether a ticket was minted and is used up at
    once, so that a nested save of the same instance in another receiver sends nothing more.
    """
    if raw or created or not instance.tracker.has_changed("pipeline_ticket"):
        return
    instance.tracker.set_saved_fields(fields=["pipeline_ticket"])
    move = instance.last_move()
    seconds = seconds_of_run(instance)
    waits = instance.pipeline_paused or instance.pipeline_not_before is not None

    # A function, not a partial: Django's robust callbacks log __qualname__, which a partial has
    # not, and the AttributeError would reach the caller after the commit.
    def after_commit() -> None:
        reached(Point.COMMITTED, move.target)
        if move.target in STEPS and not waits:
            publish(move.team_id, ticket=move.ticket, status=Status(move.target))
            reached(Point.PUBLISHED, move.target)
        tell_hooks(instance, move, seconds=seconds)

    transaction.on_commit(after_commit, using=using, robust=True)


def publish(team_id: int, *, ticket: int, status: Status) -> None:
    """
    Send the task of a ticket; a broker that refuses is logged, never raised.

    The row is the outbox: recovery sends again whatever nobody has taken.
    """
    step = STEPS[status]
    task = import_string(step.task)
    hint(task, kwargs={"team_id": team_id, "ticket": ticket}, queue=step.queue)
