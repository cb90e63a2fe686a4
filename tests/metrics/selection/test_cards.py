"""Each card says what it rests on, and whether it changed only where that can be said."""

from datetime import date, timedelta

import pytest

from apps.metrics.figures import count, for_each, median_of, share
from apps.metrics.selection.cards import cards
from apps.metrics.selection.change import change_of
from apps.metrics.wording import in_words
from tests.factories import PersonFactory, ReviewFactory, TrackedRepositoryFactory
from tests.metrics.selection.choosing import NOW, know, merge, selected

pytestmark = pytest.mark.django_db

HOUR = 3600.0


def shown(team, **filters):
    return {card.key: card for card in cards(selected(team, **filters))}


def test_the_first_row_has_five_and_the_second_the_others(repository):
    know(repository.team)

    found = cards(selected(repository.team))

    assert [card.key for card in found if card.is_first_row] == [
        "merged",
        "cycle_time",
        "pickup_time",
        "review_coverage",
        "ai_assisted",
    ]
    assert [card.key for card in found if not card.is_first_row] == [
        "size",
        "big",
        "reverted",
        "review_rounds",
        "for_each_person",
    ]
    assert all(card.says and card.figure.basis for card in found)


def test_the_basis_says_what_the_page_rests_on(repository):
    know(repository.team)
    TrackedRepositoryFactory(team=repository.team, is_selected=True)
    repository.team.measurement.repository_ids = [
        one.pk for one in repository.team.repositories.all()
    ]
    repository.team.measurement.save()
    merge(repository, ai_class="U")
    merge(repository, ai_class="B")

    basis = shown(repository.team)["merged"].figure.basis

    assert (basis.since, basis.until) == (NOW - timedelta(days=30), NOW)
    assert (basis.window, basis.computed_at, basis.definitions) == ("last 30 days", NOW, 2)
    assert (basis.repositories, basis.repositories_selected) == (1, 2)
    assert (basis.analysed, basis.asked, basis.share_analysed) == (1, 2, 0.5)


def test_the_basis_of_one_repository_and_one_week_says_so(repository):
    know(repository.team)
    other = TrackedRepositoryFactory(team=repository.team, is_selected=True)

    basis = shown(repository.team, repositories=(other.pk,), week=date(2026, 5, 18))[
        "merged"
    ].figure.basis

    assert basis.window == "2026-W21"
    assert basis.repositories_selected <= 1
    assert basis.since.date() == date(2026, 5, 18)


def test_nothing_merged_is_not_zero_hours(repository):
    know(repository.team)

    found = shown(repository.team)

    assert in_words(found["merged"].figure) == "0"
    assert (in_words(found["cycle_time"].figure), found["cycle_time"].figure.note) == (
        "–",
        "no pull request was merged",
    )
    assert in_words(found["review_coverage"].figure) == "–"


def test_a_clear_change_says_from_what(repository):
    know(repository.team)
    for n in range(12):
        merge(repository, days_ago=n + 1, cycle_time=HOUR * (n + 20))
        merge(repository, days_ago=n + 31, cycle_time=HOUR * (n + 1))

    card = shown(repository.team)["cycle_time"]

    assert (card.figure.value, card.before.value) == (25.5 * HOUR, 6.5 * HOUR)
    assert card.change.sentence == "Up from 6.5 h in the 30 days before."
    assert (card.change.direction, card.change.is_clear) == ("up", True)
    assert card.before.basis.window == "the 30 days before"


def test_what_chance_may_have_made_is_not_distinguishable(repository):
    know(repository.team)
    for n in range(12):
        merge(repository, days_ago=n + 1, cycle_time=HOUR * (n + 2))
        merge(repository, days_ago=n + 31, cycle_time=HOUR * (n + 1))

    change = shown(repository.team)["cycle_time"].change

    assert change.sentence == "Not distinguishable from the 30 days before: 6.5 h."
    assert (change.direction, change.is_clear) == ("up", False)


@pytest.mark.parametrize(
    ("now", "before", "direction", "is_clear"),
    [
        (count(45), count(30), "up", False),
        (count(90), count(30), "up", True),
        (count(30), count(90), "down", True),
        (count(30), count(30), "same", False),
        (count(4), count(1), "", False),
        (count(12), count(0), "up", True),
        (share(30, 40), share(10, 40), "up", True),
        (share(20, 40), share(18, 40), "up", False),
        (share(19, 19), share(1, 40), "", False),
        (share(30, 40), share(10, 40, undecided=20), "", False),
        (median_of([1.0] * 5, "seconds"), median_of([9.0] * 40, "seconds"), "", False),
        (share(0, 0), share(0, 0), "", False),
        (for_each(9, 2, at_least=3), for_each(9, 3, at_least=3), "", False),
    ],
)
def test_a_change_is_clear_only_where_the_intervals_are_apart(now, before, direction, is_clear):
    change = change_of(now, before, than="the 30 days before")

    assert (change.direction, change.is_clear) == (direction, is_clear)
    assert change.sentence.endswith(".")


def test_nothing_is_compared_with_what_is_not_wholly_known(repository):
    know(repository.team, since=date(2026, 4, 13))
    for n in range(60):
        merge(repository, days_ago=n)

    card = shown(repository.team)["merged"]

    assert (card.before, card.change.direction) == (None, "")
    assert card.change.sentence == (
        "Not compared with the 30 days before: pull requests are known from 13 Apr 2026 on."
    )


def test_a_team_that_was_never_measured_is_told_so(repository):
    assert shown(repository.team)["merged"].change.sentence == "Nothing has been measured yet."


def test_only_what_is_14_days_old_says_how_much_is_reverted(repository):
    know(repository.team)
    for days_ago in range(30):
        back = timedelta(days=3 if days_ago % 2 else 20)
        merged = merge(repository, days_ago=days_ago)
        merged.reverted_at = merged.merged_at + back
        merged.save()

    figure = shown(repository.team)["reverted"].figure

    assert (figure.k, figure.n) == (8, 15)  # 15, 17 … 29 of 15 to 29 days ago
    assert figure.note == "15 merged less than 14 days ago left out"


def test_a_merge_is_not_reverted_before_it_happened(repository):
    know(repository.team)
    merged = merge(repository, days_ago=20)
    merge(repository, days_ago=20, reverted_at=merged.merged_at - timedelta(days=1))
    merge(repository, days_ago=20, reverted_at=merged.merged_at)

    figure = shown(repository.team)["reverted"].figure

    assert (figure.k, figure.n) == (1, 3)


def test_hotfixes_are_shown_only_where_the_team_has_a_rule(repository):
    know(repository.team)
    merge(repository)
    assert "hotfixes" not in shown(repository.team)

    merge(repository, is_hotfix=True)
    merge(repository, is_hotfix=False)

    figure = shown(repository.team)["hotfixes"].figure
    assert (figure.k, figure.n) == (1, 2)


def test_no_number_for_each_person_where_it_would_be_about_somebody(repository):
    know(repository.team)
    merge(repository, author=PersonFactory(team=repository.team))
    merge(repository, author=PersonFactory(team=repository.team))
    assert in_words(shown(repository.team)["for_each_person"].figure) == "–"

    change = merge(repository, is_by_person=False).pull_request
    ReviewFactory(pull_request=change, submitted_at=NOW - timedelta(days=2))

    card = shown(repository.team)["for_each_person"]
    assert (in_words(card.figure), card.figure.note) == ("0.7", "3 people active")


def test_people_count_as_active_for_four_weeks_in_a_shorter_period(repository):
    know(repository.team)
    for days_ago in (1, 20, 27, 29):
        merge(repository, days_ago=days_ago, author=PersonFactory(team=repository.team))

    week = {card.key: card for card in cards(selected(repository.team, days=7))}

    assert week["for_each_person"].figure.note == "3 people active"
    assert week["merged"].figure.value == 1


def test_of_single_authors_nothing_is_said_for_each_person(repository):
    """Their reviewers are active in the selection, too: what 4 people did is not theirs."""
    know(repository.team)
    rows = [merge(repository, author=PersonFactory(team=repository.team)) for _ in range(3)]

    found = shown(repository.team, authors=tuple(row.author_id for row in rows))

    figure = found["for_each_person"].figure
    assert (in_words(figure), figure.note) == ("–", "not of single authors")


def test_bots_that_are_shown_too_raise_no_number_for_each_person(repository):
    know(repository.team)
    for _ in range(3):
        merge(repository, author=PersonFactory(team=repository.team))
        merge(repository, is_by_person=False)

    with_bots = shown(repository.team, with_bots=True)

    assert with_bots["merged"].figure.value == 6
    assert in_words(with_bots["for_each_person"].figure) == "1.0"
