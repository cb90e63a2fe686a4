"""AI against the rest, as the overview shows it: one row for each measure, in words."""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.metrics.comparison.comparing import HEADLINE, Row
from apps.metrics.comparison.reading import comparison_of
from apps.metrics.comparison.wording import (
    left_out_of,
    sentence_by_size,
    sentence_of,
    verdict_of,
)
from apps.metrics.figures import Figure
from apps.metrics.selection.chosen import flows_of
from apps.metrics.selection.reading import Selection
from apps.teams.models import Team


@dataclass(frozen=True)
class ComparedRow:
    label: str
    ai: Figure
    rest: Figure
    verdict: str  #: "not distinguishable", "longer", "too few"
    sentences: tuple[str, ...]  #: what was held equal, how sure it is
    is_headline: bool  #: chosen before looking; the others only describe


@dataclass(frozen=True)
class Compared:
    rows: tuple[ComparedRow, ...]
    left_out: str

    @property
    def is_possible(self) -> bool:
        return any(row.verdict != "too few" for row in self.rows)


def compared_of(team: Team, selection: Selection, *, now: datetime) -> Compared:
    """One statement. A filter by class is left out: it would leave one side empty."""
    chosen = replace(selection.chosen, classes=())
    comparison = comparison_of(
        flows_of(team, chosen),
        since=selection.span.since,
        until=selection.span.until,
        now=now,
        zone=selection.zone,
    )
    return Compared(
        rows=tuple(_row(row, selection) for row in comparison.rows),
        left_out=left_out_of(comparison),
    )


def _row(row: Row, selection: Selection) -> ComparedRow:
    sentences = (sentence_of(row), sentence_by_size(row))
    return ComparedRow(
        label=row.measure.label,
        ai=row.plain.ai.on(selection.basis),
        rest=row.plain.rest.on(selection.basis),
        verdict=verdict_of(row),
        sentences=tuple(sentence for sentence in sentences if sentence),
        is_headline=row.measure.name == HEADLINE,
    )
