"""What each filter lets through."""

from datetime import date

import pytest

from apps.metrics.selection.chosen import flows_of
from tests.factories import PersonFactory, TrackedRepositoryFactory
from tests.metrics.selection.choosing import chosen, know, merge, opened, selected

pytestmark = pytest.mark.django_db


def found(team, **filters) -> set[int]:
    return {row.pk for row in flows_of(team, chosen(team, **filters))}


def test_without_a_filter_everything_of_the_team_and_nothing_of_another(repository):
    ours = merge(repository)
    merge(TrackedRepositoryFactory())

    assert found(repository.team) == {ours.pk}
    assert not chosen(repository.team).is_narrowed


@pytest.mark.parametrize(
    "filters",
    [
        {"repositories": (1,)},
        {"authors": (1,)},
        {"states": ("open",)},
        {"classes": ("A",)},
        {"sizes": ("xs",)},
        {"week": date(2026, 6, 1)},
        {"search": "door"},
        {"with_bots": True},
    ],
)
def test_each_filter_narrows(repository, filters):
    assert chosen(repository.team, **filters).is_narrowed


def test_values_of_one_filter_add_up_and_filters_hold_together(repository):
    other = TrackedRepositoryFactory(team=repository.team)
    author = PersonFactory(team=repository.team)
    a, b = merge(repository, author=author, ai_class="A"), merge(other, author=author)
    merge(other)

    both = (repository.pk, other.pk)
    assert found(repository.team, repositories=both, authors=(author.pk,)) == {a.pk, b.pk}
    assert found(repository.team, authors=(author.pk,), classes=("A", "B")) == {a.pk}


@pytest.mark.parametrize(
    ("size", "band"),
    [
        (0, "xs"),
        (9, "xs"),
        (10, "s"),
        (49, "s"),
        (50, "m"),
        (199, "m"),
        (200, "l"),
        (400, "l"),
        (401, "xl"),
        (2_000_000, "xl"),
    ],
)
def test_each_size_lies_in_one_band(repository, size, band):
    flow = merge(repository, size=size)

    for name in ("xs", "s", "m", "l", "xl"):
        assert found(repository.team, sizes=(name,)) == ({flow.pk} if name == band else set())


def test_what_has_no_size_lies_in_no_band(repository):
    merge(repository, size=None)

    assert found(repository.team, sizes=("xs", "s", "m", "l", "xl")) == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("#12", {12}),
        ("12", {12, 345}),
        ("  the DOOR ", {12, 7}),
        ("door\0", {12, 7}),
        ("50%", {7}),
        ("_", set()),
        ("#99999999999999999999", set()),
        ("99999999999999999999", set()),
        ("²", set()),
        ("   ", {12, 7, 345}),
    ],
)
def test_search_looks_for_a_part_of_the_title_or_a_number(repository, text, numbers):
    merge(repository, number=12, title="Fix the door")
    merge(repository, number=7, title="Paint 50% of the door")
    merge(repository, number=345, title="Turn 12 knobs")

    rows = flows_of(repository.team, chosen(repository.team, search=text))
    assert set(rows.values_list("pull_request__number", flat=True)) == numbers


def test_a_state_leaves_of_merged_and_opened_what_has_that_state_now(repository):
    know(repository.team)
    merge(repository)
    opened(repository)

    for state, merged, new in (("merged", 1, 1), ("open", 0, 1), ("closed", 0, 0)):
        part = selected(repository.team, states=(state,)).part
        assert (len(part.merged), part.opened) == (merged, new)


def test_bots_are_counted_only_where_that_is_asked_for(repository):
    know(repository.team)
    merge(repository)
    merge(repository, is_by_person=False)
    merge(repository, is_by_person=False, ai_class="A")

    without = selected(repository.team).part
    included = selected(repository.team, with_bots=True).part

    assert (len(without.merged), without.merged_by_bots, without.opened) == (1, 2, 1)
    assert (len(included.merged), included.merged_by_bots, included.opened) == (3, 2, 3)
    assert len(without.asked) == len(included.asked) == 2  # coding agents', never Dependabot's
