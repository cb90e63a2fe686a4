"""What is open now, longest first, and of how many."""

from datetime import timedelta

import pytest

from apps.metrics.selection.open_work import open_work
from tests.factories import PersonFactory, TrackedRepositoryFactory
from tests.metrics.selection.choosing import NOW, chosen, merge, opened

pytestmark = pytest.mark.django_db


def work(team, **filters):
    return open_work(team, chosen(team, **filters), now=NOW, shown=2)


def test_what_nobody_has_reviewed_waits_since_it_is_ready_the_longest_first(repository):
    young, old = opened(repository, days_ago=1), opened(repository, days_ago=40)
    late = opened(repository, days_ago=50, ready_at=NOW - timedelta(days=3))
    opened(repository, days_ago=9, first_review_at=NOW)
    opened(repository, days_ago=9, reviews_known=False)
    opened(repository, days_ago=9, is_draft=True, ready_at=None)
    merge(repository)

    found = work(repository.team)

    assert [one.pull_request for one in found.waiting.shown] == [old.pk, late.pk]
    assert found.waiting.of.value == 3
    assert found.waiting.shown[1].waits_since == NOW - timedelta(days=3)
    assert young.pk not in [one.pull_request for one in found.waiting.shown]
    assert found.open.value == 6


def test_what_is_untouched_for_more_than_14_days_is_stale_unless_it_is_a_draft(repository):
    opened(repository, days_ago=90, updated_at=NOW - timedelta(days=14))
    lies = opened(repository, days_ago=20, first_review_at=NOW - timedelta(days=19))
    draft = opened(repository, days_ago=30, is_draft=True)

    found = work(repository.team)

    assert [one.pull_request for one in found.stale.shown] == [lies.pk]
    assert [one.pull_request for one in found.drafts.shown] == [draft.pk]


def test_bots_and_other_branches_are_left_out(repository):
    opened(repository, is_by_person=False)
    opened(repository, is_to_default_branch=False)

    assert work(repository.team).open.value == 0
    assert work(repository.team, with_bots=True).open.value == 1


def test_it_is_what_passes_the_filters_whatever_the_period(repository):
    other = TrackedRepositoryFactory(team=repository.team)
    author = PersonFactory(team=repository.team, login="grace")
    here = opened(repository, days_ago=200, author=author, title="Paint it", number=8)
    opened(other)

    found = work(repository.team, repositories=(repository.pk,)).waiting.shown

    [one] = found
    assert (one.pull_request, one.repository) == (here.pk, repository.name_with_owner)
    assert (one.number, one.title, one.author) == (8, "Paint it", "grace")
