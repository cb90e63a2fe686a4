"""The weekly charts of the overview: what was merged, where the time goes, and signs of AI."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from apps.dashboard.charting import Boundary, Chart, Lane, Legend, Line, Series, Table, weekly
from apps.metrics.figures import Figure
from apps.metrics.selection.weeks import SelectedWeek
from apps.metrics.wording import in_words

#: Name of a figure of a week → its lane. Of one pull request the stages add up to the first.
LANES = {
    "cycle_time": "Cycle time, all of it",
    "coding_time": "Coding: first commit to ready",
    "pickup_time": "Waiting for the first review",
    "review_time": "In review, to the last approval",
    "merge_time": "From the approval to the merge",
    "unreviewed_wait": "Without a review: ready to merge",
}
HEADS = ("Cycle time", "Coding", "Waiting", "In review", "To the merge", "Without a review")
AI_LEGEND = (
    Legend("A", "by an agent"),
    Legend("B", "declared"),
    Legend("C", "suspected only"),
    Legend("D", "no sign found"),
)
NOT_ANALYSED = Legend("U", "not analysed yet")
NOTHING_MERGED = "Nothing was merged in these weeks."
FAINT = "Faint: not a whole week, or still going on."


@dataclass(frozen=True)
class Frame:
    """What all weekly charts of a page have in common. There is at least one week."""

    weeks: Sequence[SelectedWeek]
    boundary: Boundary
    links: Sequence[str]  #: for each week its pull requests

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """On the ends of the chart; the first part of each table's rows says it week by week."""
        return tuple(_note(week) for week in self.weeks)

    @property
    def partial(self) -> tuple[bool, ...]:
        return tuple(map(bool, self.notes))

    def says(self, words: Callable[[SelectedWeek], Sequence[str]]) -> list[list[str]]:
        """For each week what is shown to whoever points at it."""
        return [
            [_named(week, note), *(words(week) if week.is_known else ())]
            for week, note in zip(self.weeks, self.notes, strict=True)
        ]

    def table(self, heads: Sequence[str], names: Sequence[str]) -> Table:
        """Newest first, as one reads it."""
        lines = [
            Line(
                about=f"{week.monday:%-d %b %Y}",
                cells=tuple(_cell(week, name) for name in names),
                note=", ".join(filter(None, (note, _emptiness(week, names)))),
                url=link,
            )
            for week, note, link in zip(self.weeks, self.notes, self.links, strict=True)
        ]
        return Table(("Week of", *heads), tuple(lines[::-1]))

    def values(self, name: str) -> tuple[float | None, ...]:
        return tuple(getattr(week, name).value if week.is_known else None for week in self.weeks)

    def data(
        self, lanes: Sequence[Lane], series: Sequence[Series], says: Sequence[Sequence[str]]
    ) -> dict[str, Any]:
        return weekly(
            [week.monday for week in self.weeks],
            lanes=lanes,
            series=series,
            says=says,
            links=self.links,
            boundary=self.boundary,
        )


def _cell(week: SelectedWeek, name: str) -> Figure:
    """In an empty week the row's beginning says why nothing is known, and not each of its cells."""
    figure: Figure = getattr(week, name)
    return figure if figure.n or week.merged.n else replace(figure, note="")


def _emptiness(week: SelectedWeek, names: Sequence[str]) -> str:
    is_empty = week.is_known and not any(getattr(week, name).n for name in ("merged", *names))
    return "nothing merged" if is_empty and "merged" not in names else ""


def _note(week: SelectedWeek) -> str:
    if not week.is_known:
        return "not read"
    if week.is_current:
        return "until today"
    return "" if week.is_whole else "not whole"


def _named(week: SelectedWeek, note: str) -> str:
    return f"Week of {week.monday:%-d %b %Y}{', ' if note else ''}{note}"


def merged_chart(frame: Frame) -> Chart:
    heads = tuple(in_words(week.merged) if week.is_known else "" for week in frame.weeks)
    data = frame.data(
        [Lane("Merged", heads)],
        [Series("merged", 0, frame.values("merged"), frame.partial)],
        frame.says(
            lambda week: [f"{in_words(week.merged)} merged", f"{in_words(week.opened)} opened"]
        ),
    )
    return Chart(
        key="merged",
        label="Merged pull requests, week by week, as columns",
        data=data if any(week.merged.n for week in frame.weeks) else {},
        table=frame.table(
            ("Merged", "Opened", "By bots", "Size", "Over 400 lines"),
            ("merged", "opened", "merged_by_bots", "size", "big"),
        ),
        nothing=NOTHING_MERGED,
        notes=(FAINT,),
    )


def stages_chart(frame: Frame) -> Chart:
    """
    A lane for each stage, all to one scale, never one upon the other.

    Stacked, their heights would be read as their sum, and medians of stages do not add up to the
    median of the whole: the sum could miss it by days.
    """
    names = [
        name
        for name in LANES
        if name == "cycle_time" or any(getattr(week, name).n for week in frame.weeks)
    ]
    series = [
        Series("merged" if lane == 0 else "stage", lane, frame.values(name), _thin(frame, name))
        for lane, name in enumerate(names)
    ]
    lanes = [Lane(LANES[name], tuple(_head(week, name) for week in frame.weeks)) for name in names]
    return Chart(
        key="stages",
        label="Median cycle time and its stages, week by week, as columns in a lane for each",
        data=frame.data(lanes, series, frame.says(lambda week: _stages_in_words(week, names)))
        if any(week.cycle_time.n or week.merged.n for week in frame.weeks)
        else {},
        table=frame.table(HEADS, tuple(LANES)),
        nothing=NOTHING_MERGED,
        notes=(
            "Each column is a median of its own. Medians of stages do not add up to the cycle"
            " time’s, so they stand below each other, to one scale. Faint: fewer than 6 pull"
            " requests, or not a whole week.",
        ),
    )


def _thin(frame: Frame, name: str) -> tuple[bool, ...]:
    return tuple(
        partial or getattr(week, name).is_thin
        for week, partial in zip(frame.weeks, frame.partial, strict=True)
    )


def _head(week: SelectedWeek, name: str) -> str:
    """No number above a column of fewer than 6: it would be read as a median."""
    figure: Figure = getattr(week, name)
    return "" if figure.is_thin or figure.value is None else in_words(figure)


def _stages_in_words(week: SelectedWeek, names: Sequence[str]) -> list[str]:
    return [
        f"{LANES[name].partition(':')[0]}: {in_words(getattr(week, name))}"
        f" ({getattr(week, name).n})"
        for name in names
    ]


def ai_chart(frame: Frame) -> Chart:
    """
    Counts, with the share above and in the table: a share of four would look like one of forty.

    What nobody has analysed yet lies at the top: it may still become any of the others.
    """
    weeks = frame.weeks
    series = [
        Series(tone, 0, _known(frame, counts), frame.partial)
        for tone, counts in {
            "A": [week.ai_by_agents.k or 0 for week in weeks],
            "B": [_declared(week) for week in weeks],
            "C": [week.ai_suspected.k or 0 for week in weeks],
            "D": [_without_a_sign(week) for week in weeks],
            "U": [week.ai_assisted.undecided for week in weeks],
        }.items()
    ]
    is_undecided = any(week.ai_assisted.undecided for week in weeks)
    return Chart(
        key="ai",
        label="Merged pull requests by signs of AI, week by week, as stacked columns",
        data=frame.data(
            [Lane("AI-assisted", tuple(_ai_head(week) for week in weeks))],
            series,
            frame.says(_ai_in_words),
        )
        if any(week.ai_assisted.n for week in weeks)
        else {},
        table=frame.table(
            ("AI-assisted", "of these by an agent", "Suspected"),
            ("ai_assisted", "ai_by_agents", "ai_suspected"),
        ),
        nothing=NOTHING_MERGED,
        legend=(*AI_LEGEND, NOT_ANALYSED) if is_undecided else AI_LEGEND,
        notes=(_analysed(weeks), FAINT),
    )


def _known(frame: Frame, counts: Sequence[int]) -> tuple[int | None, ...]:
    return tuple(
        count if week.is_known else None for week, count in zip(frame.weeks, counts, strict=True)
    )


def _declared(week: SelectedWeek) -> int:
    return (week.ai_assisted.k or 0) - (week.ai_by_agents.k or 0)


def _without_a_sign(week: SelectedWeek) -> int:
    return week.ai_assisted.decided - (week.ai_assisted.k or 0) - (week.ai_suspected.k or 0)


def _ai_head(week: SelectedWeek) -> str:
    """The share where it can be said; else how many, at least."""
    share = week.ai_assisted
    if not week.is_known or not share.n:
        return ""
    if not share.is_thin and share.value is not None:
        return f"{100 * share.value:.0f} %"
    if not share.undecided:
        return str(share.k)
    return f"≥{share.k}" if share.k else "–"


def _ai_in_words(week: SelectedWeek) -> list[str]:
    share = week.ai_assisted
    return [
        f"{in_words(share)} AI-assisted",
        f"{week.ai_suspected.k or 0} more suspected",
        f"analysed {share.decided} of {share.n}",
    ]


def _analysed(weeks: Sequence[SelectedWeek]) -> str:
    asked = sum(week.ai_assisted.n for week in weeks)
    decided = sum(week.ai_assisted.decided for week in weeks)
    return (
        f"Analysed {decided:,} of {asked:,}. AI-assisted: written by an agent, or declared in the"
        " pull request. No sign is not proof of no AI."
        + (" Until all are analysed the numbers are the least that it can be." * (decided < asked))
    )
