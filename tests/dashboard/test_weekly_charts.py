"""Weekly charts keep to their numbers, say what they show, and never promise what is not known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from apps.dashboard.charting import Boundary
from apps.dashboard.weekly_charts import Frame, ai_chart, merged_chart, stages_chart
from apps.metrics.ai_share import ai_share
from apps.metrics.figures import count, median_of, share
from apps.metrics.selection.weeks import SelectedWeek

BERLIN = ZoneInfo("Europe/Berlin")
UNKNOWN = median_of([], "seconds")
MEDIANS = (
    "cycle_time",
    "coding_time",
    "pickup_time",
    "review_time",
    "merge_time",
    "unreviewed_wait",
    "size",
    "review_rounds",
)


def week(day: int, *, merged: int = 0, hours=(), assisted=0, agents=0, suspected=0, **facts):
    decided = merged - facts.get("undecided", 0)
    medians = dict.fromkeys(MEDIANS, UNKNOWN)
    medians["cycle_time"] = median_of([3600.0 * each for each in hours], "seconds")
    return SelectedWeek(
        monday=date(2026, 6, day),
        label="",
        is_whole=facts.get("is_whole", True),
        is_current=facts.get("is_current", False),
        is_known=facts.get("is_known", True),
        is_mature=True,
        opened=count(merged),
        merged=count(merged),
        merged_by_bots=count(0),
        big=share(0, merged),
        review_coverage=share(0, merged),
        reverted=share(0, merged),
        hotfixes=share(0, 0),
        ai_assisted=ai_share(assisted, decided=decided, of=merged),
        ai_by_agents=ai_share(agents, decided=decided, of=merged),
        ai_suspected=ai_share(suspected, decided=decided, of=merged),
        **medians,
    )


def frame(*weeks, known_since=None):
    links = [f"/?week={one.monday}" for one in weeks]
    return Frame(weeks, Boundary(known_since, BERLIN), links)


def test_columns_are_the_numbers_and_the_table_says_them_newest_first():
    chart = merged_chart(frame(week(1, merged=5), week(8, merged=20)))

    (series,) = chart.data["series"]
    assert series["values"] == (5, 20)
    assert chart.data["lanes"][0]["heads"] == ("5", "20")
    assert [line.about for line in chart.table.lines] == ["8 Jun 2026", "1 Jun 2026"]
    assert [line.cells[0].n for line in chart.table.lines] == [20, 5]
    assert chart.table.lines[0].url == "/?week=2026-06-08"


def test_a_week_that_is_not_whole_is_faint_and_says_so():
    chart = merged_chart(
        frame(week(1, merged=5, is_whole=False), week(8, merged=5, is_current=True))
    )

    assert chart.data["series"][0]["faint"] == (True, True)
    assert [said[0] for said in chart.data["says"]] == [
        "Week of 1 Jun 2026, not whole",
        "Week of 8 Jun 2026, until today",
    ]


def test_a_week_that_nobody_has_read_is_no_zero():
    chart = merged_chart(frame(week(1, is_known=False), week(8, merged=5)))

    assert chart.data["series"][0]["values"] == (None, 5)
    assert chart.data["lanes"][0]["heads"][0] == ""
    assert chart.data["says"][0] == ["Week of 1 Jun 2026, not read"]


def test_the_beginning_of_the_history_is_drawn_where_it_lies():
    thursday = datetime(2026, 6, 3, 22, tzinfo=UTC)  # midnight in Berlin

    boundary = merged_chart(frame(week(1, merged=1), known_since=thursday)).data["boundary"]

    assert boundary == {"at": 0.429, "says": "read from 4 Jun 2026"}


def test_a_history_that_began_before_draws_no_line():
    before = datetime(2026, 5, 1, tzinfo=UTC)

    assert merged_chart(frame(week(1, merged=1), known_since=before)).data["boundary"]["at"] is None


def test_weeks_without_a_merge_draw_nothing():
    for chart in (merged_chart, stages_chart, ai_chart):
        assert chart(frame(week(1))).data == {}


def test_a_median_of_few_is_faint_and_has_no_number():
    chart = stages_chart(frame(week(1, merged=5, hours=[1] * 5), week(8, merged=6, hours=[2] * 6)))

    assert chart.data["series"][0]["faint"] == (True, False)
    assert chart.data["lanes"][0]["heads"] == ("", "2.0 h")


def test_stages_stand_in_lanes_of_one_scale_and_never_upon_each_other():
    one = week(1, merged=6, hours=[10] * 6)

    data = stages_chart(frame(replace(one, pickup_time=median_of([7200.0] * 6, "seconds")))).data

    assert [series["lane"] for series in data["series"]] == [0, 1]
    tops = [lane["top"] for lane in data["lanes"]]
    assert tops[0] - tops[1] == 36_000 - 7_200  # as much higher as its column is


def test_the_parts_of_a_week_are_all_of_it():
    chart = ai_chart(frame(week(1, merged=20, assisted=5, agents=2, suspected=4, undecided=3)))

    parts = {series["tone"]: series["values"][0] for series in chart.data["series"]}
    assert parts == {"A": 2, "B": 3, "C": 4, "D": 8, "U": 3}
    assert "Analysed 17 of 20." in chart.notes[0]
    assert [item.label for item in chart.legend][-1] == "not analysed yet"


def test_an_empty_week_says_so_once_and_not_in_each_cell():
    nothing = median_of([], "seconds", note="no pull request was merged")
    empty = replace(week(1), cycle_time=nothing)
    unclear = replace(week(8, merged=2), cycle_time=replace(nothing, note="2 with unclear start"))

    lines = stages_chart(frame(empty, unclear)).table.lines

    assert [line.note for line in lines] == ["", "nothing merged"]
    assert [line.cells[0].note for line in lines] == ["2 with unclear start", ""]
    assert merged_chart(frame(empty, unclear)).table.lines[1].note == ""


def test_a_share_stands_above_a_column_only_where_it_can_be_said():
    chart = ai_chart(
        frame(
            week(1, merged=20, assisted=5),
            week(8, merged=10, assisted=5),
            week(15, merged=40, assisted=5, undecided=20),
            week(22, merged=40, undecided=40),
        )
    )

    assert chart.data["lanes"][0]["heads"] == ("25 %", "5", "≥5", "–")


def test_a_column_says_how_many_are_analysed():
    chart = ai_chart(frame(week(1, merged=20, assisted=5, undecided=10)))

    assert chart.data["says"][0][1:] == [
        "at least 5 of 20 AI-assisted",
        "0 more suspected",
        "analysed 10 of 20",
    ]
