"""Whatever the rows are: parts add up, nothing is negative, and little is never much."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.metrics.coverage import Coverage
from apps.metrics.figures import ENOUGH, Figure
from apps.metrics.selection.cards import cards
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import last_days
from apps.metrics.selection.points import distribution
from apps.metrics.selection.reading import Selection
from apps.metrics.selection.rows import Row, Span
from apps.metrics.selection.weeks import MEASURES, weeks
from apps.metrics.wording import in_words

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)  # the period reaches over the end of a year
BERLIN = ZoneInfo("Europe/Berlin")
PERIOD = last_days(BERLIN, 30, NOW)

seconds = st.none() | st.floats(0, 90 * 86_400)
flags = st.sampled_from([0, 1])


@st.composite
def rows(draw) -> Row:
    """Merged in the period or in the one before, or still open."""
    when = draw(st.sampled_from(["now", "now", "before", "never"]))
    pickup, wait = draw(seconds), draw(seconds)
    day = draw(st.dates(PERIOD.first_day, PERIOD.last_day))
    if when == "before":
        day -= timedelta(days=30)
    return Row(
        pull_request=draw(st.integers(1, 10_000)),
        repository=1,
        author=draw(st.integers(1, 5)),
        ai_class=draw(st.sampled_from("ABCDU")),
        by_person=draw(flags),
        opened_now=draw(flags),
        merged_now=int(when == "now"),
        merged_before=int(when == "before"),
        is_active=draw(flags),
        opened_on=draw(st.dates(PERIOD.first_day, PERIOD.last_day)).isoformat(),
        merged_on=None if when == "never" else day.isoformat(),
        cycle_time=draw(seconds),
        coding_time=draw(seconds),
        pickup_time=pickup,
        review_time=draw(seconds),
        merge_time=draw(seconds),
        unreviewed_wait=wait if pickup is None else None,
        size=draw(st.none() | st.integers(0, 3_000)),
        review_rounds=draw(st.none() | st.integers(1, 9)),
        reverted=draw(st.sampled_from([None, 0, 1])),
        is_hotfix=draw(st.sampled_from([None, 0, 1])),
    )


@st.composite
def selections(draw) -> Selection:
    return Selection(
        chosen=Chosen(period=PERIOD, with_bots=draw(st.booleans())),
        span=Span(PERIOD.since, PERIOD.until),
        until=PERIOD.until,
        now=NOW,
        zone=BERLIN,
        known_since=NOW - timedelta(days=90),
        coverage=Coverage(repositories=(), chosen=(), measured_at=NOW),
        rows=tuple(draw(st.lists(rows(), max_size=60))),
        no_comparison="",
        reviewers=(),
        repositories_read=1,
        repositories_selected=1,
    )


def is_honest(figure: Figure) -> bool:
    """No number without what it rests on, and none that its interval does not hold."""
    words = in_words(figure)
    if figure.unit == "share":
        assert ("%" in words) <= (figure.n >= ENOUGH["share"] and figure.decided >= 0.8 * figure.n)
        assert 0 <= (figure.k or 0) <= figure.n
    elif figure.unit in ("seconds", "lines", "rounds"):
        assert len(figure.points) == (figure.n if figure.n < 6 else 0)
        assert (figure.low is None) == (figure.n < 6)
        assert (figure.p75 is None) == (figure.n < 13)
        assert (figure.p90 is None) == (figure.n < 36)
    if figure.value is not None and figure.low is not None and figure.high is not None:
        assert figure.low <= figure.value + 1e-9
        assert figure.value <= figure.high + 1e-9
    return (figure.value is None or figure.value >= 0) and figure.basis is not None


@settings(max_examples=150, deadline=None)
@given(selection=selections())
def test_weeks_add_up_to_the_period(selection):
    shown, part = weeks(selection), selection.part

    for name, of in MEASURES.items():
        whole = of(part)
        assert sum(getattr(week, name).n for week in shown) == whole.n, name
        assert sum(getattr(week, name).k or 0 for week in shown) == (whole.k or 0), name
    assert [week.monday for week in shown] == sorted({week.monday for week in shown})


@settings(max_examples=150, deadline=None)
@given(selection=selections())
def test_every_figure_is_honest(selection):
    figures = [card.figure for card in cards(selection)]
    figures += [card.before for card in cards(selection) if card.before]
    figures += [getattr(week, name) for week in weeks(selection) for name in MEASURES]

    assert all(map(is_honest, figures))


@settings(max_examples=100, deadline=None)
@given(selection=selections())
def test_a_clear_change_has_numbers_on_both_sides(selection):
    for card in cards(selection):
        assert card.change.is_clear <= (card.change.direction in ("up", "down"))
        if card.change.direction and card.figure.unit != "count":
            assert not card.figure.is_thin
            assert not card.before.is_thin


@settings(max_examples=100, deadline=None)
@given(selection=selections())
def test_the_bands_hold_every_known_cycle_time_once(selection):
    known = [row for row in selection.part.merged if row.cycle_time is not None]

    assert sum(band.n for band in distribution(selection)) == len(known)
    assert all(band.ai_assisted <= band.n for band in distribution(selection))
