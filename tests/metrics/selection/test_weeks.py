"""Every week of a period says how far it is known, whole and over."""

from datetime import date, timedelta

import pytest

from apps.metrics.selection.weeks import weeks
from tests.metrics.selection.choosing import know, merge, opened, selected

pytestmark = pytest.mark.django_db


def test_every_week_of_the_period_has_a_row_empty_ones_too(repository):
    know(repository.team)
    merge(repository, days_ago=1)
    merge(repository, days_ago=20)

    shown = weeks(selected(repository.team))

    assert [week.label for week in shown] == [f"2026-W{n}" for n in range(19, 24)]
    assert [week.merged.value for week in shown] == [0, 1, 0, 0, 1]
    assert [week.cycle_time.value for week in shown] == [None, 7200, None, None, 7200]
    assert all(week.merged.basis and week.cycle_time.basis for week in shown)


def test_a_year_with_53_weeks_has_them_all(repository):
    team = repository.team
    know(team, since=date(2026, 1, 5))

    labels = [week.label for week in weeks(selected(team, days=366))]

    assert len(labels) == len(set(labels)) == 53
    assert labels[30:33] == ["2026-W01", "2026-W02", "2026-W03"]


def test_weeks_that_the_period_cuts_are_not_whole(repository):
    know(repository.team)

    shown = weeks(selected(repository.team))

    assert [week.is_whole for week in shown] == [False, True, True, True, False]
    assert [week.is_current for week in shown] == [False, False, False, False, True]


def test_weeks_before_the_history_are_unknown_and_the_one_it_begins_in_not_whole(repository):
    know(repository.team, since=date(2026, 5, 11))
    first = repository.team.weeks.get()
    first.history_starts_at = first.computed_at - timedelta(days=21)  # Wednesday, 13 May
    first.save()
    merge(repository, days_ago=22)  # the day before: touched later, and so known by chance

    shown = weeks(selected(repository.team))

    assert [week.is_known for week in shown] == [False, True, True, True, True]
    assert [week.is_whole for week in shown] == [False, False, True, True, False]
    assert sum(week.merged.n for week in shown) == 0


def test_before_the_first_measurement_no_week_is_known(repository):
    assert not any(week.is_known for week in weeks(selected(repository.team)))


def test_a_week_is_mature_once_14_days_have_passed_since_its_end(repository):
    know(repository.team)

    mature = {week.monday: week.is_mature for week in weeks(selected(repository.team))}

    assert mature[date(2026, 5, 11)]  # ended on the 17th; now it is the 3rd of June
    assert not mature[date(2026, 5, 18)]


def test_what_has_happened_by_another_clock_in_ten_minutes_happened_today(repository):
    know(repository.team)
    merge(repository, days_ago=-5 / 24 / 60)
    merge(repository, days_ago=-15 / 24 / 60)

    selection = selected(repository.team)

    assert len(selection.part.merged) == weeks(selection)[-1].merged.value == 1


def test_one_week_alone_is_the_same_week_and_is_not_compared(repository):
    know(repository.team)
    for days_ago in (1, 5, 6, 20):
        merge(repository, days_ago=days_ago)
        opened(repository, days_ago=days_ago)
    monday = date(2026, 5, 25)

    alone = selected(repository.team, week=monday)

    assert [week.monday for week in weeks(alone)] == [monday]
    assert weeks(alone)[0].merged.value == 2
    assert (alone.before, alone.no_comparison) == (
        None,
        "A single week is not compared with another.",
    )


@pytest.mark.parametrize("monday", [date(2025, 1, 6), date(2026, 6, 8), date(2030, 1, 7)])
def test_a_week_outside_the_period_is_empty(repository, monday):
    know(repository.team)
    merge(repository)

    outside = selected(repository.team, week=monday)

    assert weeks(outside) == ()
    assert not outside.part.merged
