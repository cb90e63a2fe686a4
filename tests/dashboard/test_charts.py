"""Columns keep their proportions, and say what they show."""

from datetime import date

from apps.dashboard.charts import HEIGHT, ai_columns, merged_columns
from apps.metrics.ai_share import ai_share
from apps.metrics.figures import count, share, stored_median
from apps.metrics.week_table import WeekRow

UNKNOWN = stored_median(None, 0, "seconds")


def week(day: int, *, merged: int, assisted: int = 0, suspected: int = 0, **facts) -> WeekRow:
    decided = merged - facts.get("undecided", 0)
    times = ("cycle_time", "coding_time", "pickup_time", "review_time", "merge_time")
    return WeekRow(
        monday=date(2026, 6, day),
        label="",
        is_whole=facts.get("is_whole", True),
        is_current=facts.get("is_current", False),
        opened=count(0),
        merged=count(merged),
        merged_by_bots=count(0),
        unreviewed_wait=UNKNOWN,
        size=UNKNOWN,
        review_coverage=share(0, merged),
        reviews_given=count(0),
        ai_assisted=ai_share(assisted, decided=decided, of=merged),
        ai_suspected=ai_share(suspected, decided=decided, of=merged),
        **dict.fromkeys(times, UNKNOWN),
    )


def test_the_largest_week_fills_the_height_and_the_others_follow():
    low, high = merged_columns([week(1, merged=5), week(8, merged=20)])

    assert [part.height for part in high.parts] == [HEIGHT]
    assert [part.height for part in low.parts] == [HEIGHT / 4]
    assert low.parts[0].y == HEIGHT * 3 / 4


def test_the_parts_of_a_week_stand_on_each_other():
    (column,) = ai_columns([week(1, merged=20, assisted=5, suspected=10)])

    assert [part.tone for part in column.parts] == ["assisted", "suspected", "other"]
    assert [part.y for part in column.parts] == [75, 25, 0]
    assert sum(part.height for part in column.parts) == HEIGHT


def test_a_column_says_all_that_it_shows():
    (column,) = ai_columns([week(1, merged=20, assisted=5, suspected=10)])

    assert column.sentence == "Week of 1 Jun 2026: 5 of 20 (25 %) AI-assisted, 10 more suspected"


def test_what_is_not_analysed_is_drawn_apart_from_what_has_no_sign():
    (column,) = ai_columns([week(1, merged=20, assisted=5, undecided=10)])

    assert [(part.tone, part.height) for part in column.parts] == [
        ("assisted", 25),
        ("other", 25),
        ("undecided", 50),
    ]
    assert column.number == "≥5"
    assert column.sentence.endswith(
        "at least 5 of 20 AI-assisted, 0 more suspected; 10 not analysed yet"
    )


def test_a_week_without_an_analysis_has_no_number():
    assert [column.number for column in ai_columns([week(1, merged=20, undecided=20)])] == ["–"]
    assert [column.number for column in ai_columns([week(1, merged=20)])] == ["0"]


def test_a_week_that_is_not_whole_is_marked():
    first, current = merged_columns(
        [week(1, merged=5, is_whole=False), week(8, merged=5, is_current=True)]
    )

    assert first.is_partial
    assert current.is_partial
    assert "not a whole week" in first.sentence


def test_weeks_without_a_merge_draw_nothing():
    assert merged_columns([week(1, merged=0)]) == ()
    assert ai_columns([]) == ()
