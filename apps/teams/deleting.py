"""
Deleting a team: first nobody reaches it, then all of its rows go, and a receipt says what went.

The first is one short transaction: a status that no verb leads out of, which fences the team's
worker, and no memberships. The second takes as long as it takes, so a worker does it, a few hundred
rows at a time; it may die anywhere, and another goes on.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from apps.accounts.models import User
from apps.pipeline.columns import STATUS
from apps.pipeline.hints import hint
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from apps.teams.models import Deletion, Invitation, Membership, Team

logger = logging.getLogger(__name__)

#: Told once of a team that nobody reaches any more, before its rows go, in a worker: give back what
#: it was given outside. Argument: team (its row). A hook returns a sentence for the receipt, or
#: nothing; it may be told twice.
farewell = Signal()

TASK = "apps.teams.tasks.delete_rows"
ROWS_AT_ONCE = 200  # of one kind, with all that hangs from them: SQLite lets nobody write meanwhile
WORK_SECONDS = 40.0  # of one task; then it is another's turn in the queue
LEFT_ALONE = timedelta(minutes=1)  # after which the timetable has it gone on with
#: Kinds of which one row of a team may have more below it than a transaction should delete.
BESIDES = (("github.PullRequestKey", "repository__team"),)


def delete_team(team: Team, *, user: User) -> Deletion:
    """
    Make the team unreachable, and have its rows deleted; the receipt.

    Whatever runs for it ends at its next batch. Its address is free at once.

    :raises MoveRefused: if somebody else has deleted it a moment ago.
    """
    with transaction.atomic():
        move(team.pk, "remove", actor=user.get_username())
        deletion = Deletion.objects.create(
            code=get_random_string(32),
            team_key=team.pk,
            team_name=team.name,
            user=user,
            user_name=user.get_username(),
            at=timezone.now(),
        )
        rows().filter(pk=team.pk).update(slug=f"deleting-{deletion.code}")
        for model in (Membership, Invitation):
            _delete(deletion, model.objects.filter(team=team))
    transaction.on_commit(lambda: _tell_a_worker(deletion), robust=True)
    return deletion


def go_on() -> None:
    """Have every deletion gone on with that nobody is at: a message, or its worker, was lost."""
    idle = models.Q(worked_at=None) | models.Q(worked_at__lt=Now() - LEFT_ALONE)
    for deletion in Deletion.objects.filter(idle, done_at=None).order_by("at"):
        _tell_a_worker(deletion)


def delete_rows(deletion_id: int, *, seconds: float = WORK_SECONDS) -> None:
    """
    Delete what is left of a team, for at most so long; safe to run in any number at once.

    It ends where somebody is writing a last row of the team: the timetable comes back to it.
    """
    ends_at = time.monotonic() + seconds
    deletion = Deletion.objects.filter(pk=deletion_id, done_at=None).first()
    team = deletion and rows().filter(pk=deletion.team_key, **{STATUS: Status.DELETING}).first()
    if deletion is None or team is None:
        return
    if deletion.told_at is None:
        _say_farewell(deletion, team)
    for model, lookup in kinds().items():
        for some in _portions(model, {lookup: team.pk}):
            with transaction.atomic():
                _delete(deletion, some)
            if time.monotonic() > ends_at:
                _tell_a_worker(deletion)
                return
    try:
        with transaction.atomic():
            _delete(deletion, rows().filter(pk=team.pk))
            Deletion.objects.filter(pk=deletion.pk).update(done_at=Now())
    except IntegrityError as exc:
        logger.info("team %s is deleted a little later: %s", team.pk, exc)
    else:
        logger.info("team %s is deleted", team.pk)


@cache
def kinds() -> dict[type[models.Model], str]:
    """
    The models whose rows are a team's, with the way to it; none is before what refers to it.

    Found by what refers to `Team`, so that a new model cannot be forgotten.
    """
    left = {
        field.related_model: field.field.name
        for field in Team._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel)
        and field.on_delete is models.CASCADE
        and not field.related_model._meta.auto_created
    }
    left |= {apps.get_model(label): lookup for label, lookup in BESIDES}
    ordered: dict[type[models.Model], str] = {}
    while left:
        wanted = {one for model in left for one in _refers_to(model) if one is not model}
        free = next(model for model in left if model not in wanted)
        ordered[free] = left.pop(free)
    return ordered


def _refers_to(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.get_fields():
        if field.many_to_one or (field.one_to_one and field.concrete):
            yield field.related_model


def _portions(model: type[models.Model], of_team: dict[str, int]) -> Iterator[models.QuerySet[Any]]:
    """Some rows at a time, until there are none; past managers that hide rows or keep them."""
    found: models.QuerySet[Any] = models.QuerySet(model).filter(**of_team).order_by("pk")
    while keys := list(found.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        yield models.QuerySet(model).filter(pk__in=keys)


def _delete(deletion: Deletion, some: models.QuerySet[Any]) -> None:
    """
    Delete, and count on the receipt, in the caller's transaction: it never says more than is gone.

    The receipt's row is written first, so that of two workers one waits for the other.
    """
    Deletion.objects.filter(pk=deletion.pk).update(worked_at=Now())
    deletion.refresh_from_db(fields=["counts"])
    _, by_label = some.delete()
    for label, number in by_label.items():
        if number:
            deletion.counts[label] = deletion.counts.get(label, 0) + number
    Deletion.objects.filter(pk=deletion.pk).update(counts=deletion.counts)


def _say_farewell(deletion: Deletion, team: Any) -> None:
    answers = farewell.send_robust(sender=Team, team=team)
    for hook, answer in answers:
        if isinstance(answer, Exception):
            logger.error("hook %r failed: %r", hook, answer, exc_info=answer)
    told = [answer for _, answer in answers if isinstance(answer, str) and answer]
    with transaction.atomic():  # of two workers, the later one finds nothing left to be told
        locked = Deletion.objects.select_for_update().get(pk=deletion.pk)
        said = locked.told.splitlines()
        said += [sentence for sentence in told if sentence not in said]
        Deletion.objects.filter(pk=deletion.pk).update(told="\n".join(said), told_at=Now())


def _tell_a_worker(deletion: Deletion) -> None:
    hint(import_string(TASK), args=[deletion.pk])
