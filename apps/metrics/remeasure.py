"""Measuring outside of a run: all weeks anew, because the team counts differently now."""

from datetime import datetime

from django.db import transaction

from apps.metrics.history import known_since
from apps.metrics.measure import count, store
from apps.metrics.models import Measurement
from apps.teams.models import Team


class Overtaken(Exception):
    """Somebody else has measured the team meanwhile: what was computed may be older than that."""


def remeasure(team: Team, *, now: datetime) -> bool:
    """
    Replace all of the team's weeks by what its rows say now; False before the first measurement.

    Over the repositories and the history of the last run, whatever is chosen or listed since: this
    only counts anew what was read. Old and new rows never mix.

    :raises Overtaken: try again.
    """
    last, since = Measurement.objects.filter(team=team).first(), known_since(team)
    if last is None or since is None:
        return False
    measured = count(team, since=since, now=now, repositories=last.repository_ids)
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
