"""Single pull requests as a cloud of points, beside a table of how they are distributed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from apps.core.weeks import weeks_between
from apps.dashboard.charting import Boundary, Chart, Legend, Line, Table
from apps.dashboard.evidence_words import CLASSES
from apps.dashboard.excerpts import visible
from apps.metrics.figures import count
from apps.metrics.selection.points import Band, Cloud, Point
from apps.metrics.selection.reading import Selection
from apps.metrics.wording import duration

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: What the axis of times, which is logarithmic, can be marked with.
TIMES = (
    (MINUTE, "1 min"),
    (10 * MINUTE, "10 min"),
    (HOUR, "1 h"),
    (6 * HOUR, "6 h"),
    (DAY, "1 d"),
    (7 * DAY, "1 week"),
    (30 * DAY, "30 d"),
    (90 * DAY, "90 d"),
    (365 * DAY, "1 year"),
)
TITLE = 60  # characters of a title that are shown
MOST_WEEKS_MARKED = 8
#: Where the axis of times can end, finer than its marks.
ENDS = tuple(
    minutes * MINUTE
    for minutes in (1, 3, 10, 30, 60, 180, 720, 1440, 4320, 10_080, 20_160, 43_200, 129_600)
)


def scatter_chart(
    selection: Selection, cloud: Cloud, bands: Iterable[Band], *, boundary: Boundary, card: str
) -> Chart:
    """
    :param card: address of the evidence card of a pull request whose key is 0.
    """
    letters = sorted({point.ai_class for point in cloud.points})
    shown, of = len(cloud.points), cloud.of
    return Chart(
        key="points",
        label="Single pull requests by the day of their merge and their cycle time, as points",
        data=_data(selection, cloud, letters, boundary, card) if cloud.points else {},
        table=_table(selection, bands),
        nothing="No merged pull request with a known cycle time lies in these days.",
        legend=tuple(Legend(letter, CLASSES[letter].name) for letter in letters),
        legend_as="point",
        notes=(
            (f"The newest {shown:,} of" if shown < of else "All")
            + f" {of:,} are drawn. A click on one opens it.",
        ),
    )


def _data(
    selection: Selection, cloud: Cloud, letters: list[str], boundary: Boundary, card: str
) -> dict[str, Any]:
    by_letter = defaultdict(list)
    for point in cloud.points:
        by_letter[point.ai_class].append(_point(point))
    times = [point.cycle_time for point in cloud.points]
    lowest, highest = _ends(min(times), max(times))
    until = selection.until + timedelta(days=0.5)
    since = selection.chosen.since - timedelta(days=0.5)
    known = boundary.known_since
    return {
        "kind": "points",
        "from": _milliseconds(since),
        "until": _milliseconds(until),
        "days": _mondays(selection, since, until),
        "lowest": lowest,
        "highest": highest,
        "times": [mark for mark in TIMES if lowest <= mark[0] <= highest],
        "series": [{"tone": letter, "points": by_letter[letter]} for letter in letters],
        "card": card,
        "boundary": {
            "at": _milliseconds(known) if known and known > since else None,
            "says": boundary.says,
        },
    }


def _point(point: Point) -> tuple[int, float, int, list[str]]:
    """When, how long (a logarithm has no 0), whose card, and what it is."""
    title = visible(point.title)
    words = [
        f"{point.repository}#{point.number}",
        f"{title[:TITLE]}…" if len(title) > TITLE else title,
        f"{duration(point.cycle_time)} · {point.ai_class} · {CLASSES[point.ai_class].name}",
    ]
    at = max(float(MINUTE), point.cycle_time)
    return _milliseconds(point.merged_at), at, point.pull_request, words


def _ends(shortest: float, longest: float) -> tuple[float, float]:
    """The ends around all points, a little apart from them."""
    below = [at for at in ENDS if at <= shortest]
    above = [at for at in ENDS if at > longest]
    return (below[-1] if below else MINUTE) * 0.8, (above[0] if above else 2 * longest) * 1.2


def _mondays(selection: Selection, since: datetime, until: datetime) -> list[tuple[int, str]]:
    found = [
        (_milliseconds(week.starts_at), f"{week.monday:%-d %b}")
        for week in weeks_between(since, until, selection.zone)
        if since <= week.starts_at <= until
    ]
    step = max(1, -(-len(found) // MOST_WEEKS_MARKED))
    return found[::step]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _table(selection: Selection, bands: Iterable[Band]) -> Table:
    lines = [
        Line(
            about=band.name,
            cells=(
                count(band.n).on(selection.basis),
                count(band.ai_assisted).on(selection.basis),
            ),
        )
        for band in bands
    ]
    return Table(("Cycle time", "Pull requests", "of these AI-assisted"), tuple(lines))
