"""What phase 2 moves in the headline is told for a week, in the words of the cards."""

from datetime import timedelta

import pytest

from apps.metrics.measure import measure
from apps.metrics.models import KeptHeadline
from apps.metrics.moved import keep, moved_in_words
from tests.claims import claim
from tests.factories import CommitFactory
from tests.metrics.measuring import NOW, SINCE, merged_at

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def ended(repository, phase: int, now=NOW, run: int = 0) -> None:
    """A phase of a run has measured."""
    ours = claim(repository.team)
    ours.row.pipeline_run = run
    measure(ours, since=SINCE, now=now)
    keep(ours, phase=phase, now=now)


def test_a_number_that_reads_otherwise_is_told(repository):
    merged_at(NOW - 5 * DAY, repository)
    ended(repository, 1)
    merged_at(NOW - 4 * DAY, repository)
    ended(repository, 2, NOW + HOUR)

    told = moved_in_words(repository.team, now=NOW + 2 * HOUR)

    assert told == ("Merged: 1 before, 2 now.", "Reviewed: 0 of 1 before, 0 of 2 now.")


def test_a_median_says_of_how_many_it_is(repository):
    for n in range(12):
        if n == 6:
            ended(repository, 1)
        change = merged_at(NOW - n * DAY - HOUR, repository)
        hours = 1 if n < 6 else 9
        CommitFactory(pull_request=change, authored_at=change.merged_at - hours * HOUR)
    ended(repository, 2, NOW + HOUR)

    told = moved_in_words(repository.team, now=NOW + 2 * HOUR)

    assert "Cycle time: 1.0 h before, 5.0 h now (of 12 pull requests, not 6)." in told


def test_nothing_is_told_where_nothing_moved_or_one_phase_is_missing(repository):
    merged_at(NOW - 5 * DAY, repository)
    ended(repository, 1)
    assert moved_in_words(repository.team, now=NOW) == ()

    ended(repository, 2)
    assert moved_in_words(repository.team, now=NOW) == ()


def test_an_update_alone_says_nothing_and_leaves_the_news(repository):
    ended(repository, 1, run=1)
    merged_at(NOW - 4 * DAY, repository)
    ended(repository, 2, run=1)
    merged_at(NOW - 3 * DAY, repository)
    ended(repository, 2, NOW + DAY, run=2)

    assert moved_in_words(repository.team, now=NOW + DAY)[0] == "Merged: 0 before, 1 now."
    assert moved_in_words(repository.team, now=NOW + 9 * DAY) == ()


def test_again_is_the_same_as_once_and_old_ones_are_forgotten(repository):
    ended(repository, 1)
    ended(repository, 1)
    assert KeptHeadline.objects.count() == 1

    ended(repository, 1, NOW + 40 * DAY, run=3)
    assert KeptHeadline.objects.get().run == 3


def test_one_kept_by_another_version_says_nothing_of_what_it_lacks(repository):
    ended(repository, 1)
    merged_at(NOW - 4 * DAY, repository)
    ended(repository, 2)
    KeptHeadline.objects.filter(phase=1).update(figures={})

    assert moved_in_words(repository.team, now=NOW) == ()
