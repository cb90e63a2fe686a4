"""Measuring outside of a run: all weeks anew, because the team counts differently now."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.metrics.coverage import chosen_ids
from apps.metrics.formulas import DEFINITIONS
from apps.metrics.history import known_since
from apps.metrics.measure import count, store
from apps.metrics.models import CountingChange, Measurement, TeamWeek
from apps.teams.models import Team


class Overtaken(Exception):
    """Somebody else has measured the team meanwhile: what was computed may be older than that."""


def outdated() -> QuerySet[Measurement]:
    """
    The measurements that count otherwise than the team would be counted now.

    By another version, in another zone, or with weeks from before the team's last word about its
    accounts and hotfixes: what `recount` asks for, told by rows, since a message may be lost.
    """
    changes = CountingChange.objects.filter(team=OuterRef("team")).order_by("-at").values("at")
    older = TeamWeek.objects.filter(team=OuterRef("team"), computed_at__lt=OuterRef("changed_at"))
    return Measurement.objects.annotate(changed_at=Subquery(changes[:1])).filter(
        ~Q(definitions=DEFINITIONS) | ~Q(time_zone=F("team__time_zone")) | Exists(older)
    )


def remeasure(team: Team, *, now: datetime) -> bool:
    """
    Replace all of the team's weeks by what its rows say now; False before the first measurement.

    Over the repositories and the history of the last run, whatever is added or listed since: this
    only counts anew what was read. A repository that was taken away is in no number any more. Old
    and new rows never mix.

    :raises Overtaken: try again.
    """
    last, since = Measurement.objects.filter(team=team).first(), known_since(team)
    if last is None or since is None:
        return False
    still_chosen = set(chosen_ids(team))
    repositories = [pk for pk in last.repository_ids if pk in still_chosen]
    measured = count(team, since=since, now=now, repositories=repositories)
    with transaction.atomic():
        take_turn(last, now=now)
        store(measured)
    return True


def take_turn(last: Measurement, *, now: datetime) -> None:
    """
    Make sure that nobody has measured since `last` was read, and nobody else does until commit.

    :raises Overtaken: somebody has.
    """
    untouched = Measurement.objects.filter(pk=last.pk, computed_at=last.computed_at)
    if not untouched.update(computed_at=now):
        raise Overtaken
