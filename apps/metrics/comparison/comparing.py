"""
AI against the rest: pull requests with declared AI use beside the others of the same people.

Nothing here says why. Who uses AI for what is chosen by people, so a difference may be one of
authors, of tasks or of sizes; the strata hold equal what they can, and each row says what that is:

* **within author and repository** where ten on either side (twenty of a share) are left in strata
  that have both; else within repository; else all together;
* **the same weeks**: only those in which both sides ended something;
* **with and without size bands**: size may be what AI use changes as well as what differs anyway;
* **merge rate** beside the merged ones' numbers, since the others are of merged ones only;
* **one headline, chosen before looking** (cycle time): of seven rows, one in three times one would
  be apart by chance.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

from apps.metrics.comparison.observing import Observed
from apps.metrics.comparison.pooling import Effect, Stratum, difference, ratio
from apps.metrics.facts import AiClass
from apps.metrics.figures import Figure, Unit, median_of, share

Within = Literal["author", "repository", "all"]
Verdict = Literal["too few", "not distinguishable", "more", "less"]

HEADLINE = "cycle_time"


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str  #: of `Observed.values`
    label: str
    unit: Unit
    more: str  #: how the AI side is called where its number is higher
    less: str
    floor: float = 0  #: medians: see `pooling.ratio`

    @property
    def is_share(self) -> bool:
        return self.unit == "share"

    @property
    def at_least(self) -> int:
        """So many on either side."""
        return 20 if self.is_share else 10


MEASURES = (
    Measure("cycle_time", "Cycle time", "seconds", "longer", "shorter", floor=60),
    Measure("pickup_time", "Wait for the first review", "seconds", "longer", "shorter", floor=60),
    Measure("size", "Size", "lines", "larger", "smaller", floor=1),
    Measure("reviewed", "Reviewed by a person", "share", "more often", "less often"),
    Measure("more_rounds", "More than one round of review", "share", "more often", "less often"),
    Measure("reverted", "Reverted within 14 days", "share", "more often", "less often"),
    Measure("merged", "Merged, of those closed", "share", "more often", "less often"),
)


@dataclass(frozen=True)
class Compared:
    """An effect and what was held equal for it. Its figures are of the pull requests used."""

    effect: Effect | None  #: None: too few
    within: Within
    ai: Figure
    rest: Figure
    authors: int
    repositories: int
    used: tuple[int, ...]  #: primary keys of the AI side


@dataclass(frozen=True)
class Row:
    measure: Measure
    plain: Compared
    by_size: Compared | None  #: within size bands too; None for what has no size, and size itself

    @property
    def verdict(self) -> Verdict:
        effect = self.plain.effect
        if effect is None:
            return "too few"
        if not effect.is_apart:
            return "not distinguishable"
        return "more" if effect.value > effect.none else "less"


@dataclass(frozen=True)
class Comparison:
    """The table. `left_out` are merged ones on neither side."""

    rows: tuple[Row, ...]
    weeks: int  #: in which both sides merged something
    suspected: int  #: left out: class C
    undecided: int  #: left out: class U
    other_weeks: int  #: left out: merged in weeks without the other side

    @property
    def headline(self) -> Row | None:
        """The one row to speak of, whatever it says; None where it has too few."""
        row = self.row(HEADLINE)
        return None if row.verdict == "too few" else row

    def row(self, name: str) -> Row:
        return next(row for row in self.rows if row.measure.name == name)


def compare(observed: Iterable[Observed]) -> Comparison:
    """The whole table, over exactly these pull requests: whoever calls chooses the period."""
    known = list(observed)
    merged = [one for one in known if one.is_merged]
    same = _of_same_weeks(one for one in merged if one.is_compared)
    in_same_weeks = len(same.ai) + len(same.rest)
    return Comparison(
        rows=tuple(row_of(measure, known) for measure in MEASURES),
        weeks=len({one.week for one in same.ai}),
        suspected=sum(one.ai_class == AiClass.SUSPECTED for one in merged),
        undecided=sum(one.ai_class == AiClass.UNDECIDED for one in merged),
        other_weeks=sum(one.is_compared for one in merged) - in_same_weeks,
    )


def row_of(measure: Measure, observed: Iterable[Observed]) -> Row:
    """One measure, over those of which it is known, in the weeks in which both sides have it."""
    usable = _of_same_weeks(
        [one for one in observed if one.is_compared and one.values.get(measure.name) is not None]
    )
    if measure.name in ("size", "merged"):  # what was not merged has no stored size
        return Row(measure, _compared(measure, usable, by_size=False), None)
    with_size = Sides(*([one for one in side if one.size_band] for side in usable))
    return Row(
        measure,
        _compared(measure, usable, by_size=False),
        _compared(measure, with_size, by_size=True),
    )


class Sides(NamedTuple):
    ai: list[Observed]
    rest: list[Observed]

    @property
    def fewer(self) -> int:
        return min(len(self.ai), len(self.rest))

    def values(self, measure: Measure) -> Stratum:
        name = measure.name
        return Stratum(
            [one.values[name] or 0.0 for one in self.ai],
            [one.values[name] or 0.0 for one in self.rest],
        )


def _of_same_weeks(observed: Iterable[Observed]) -> Sides:
    sides = Sides([], [])
    for one in observed:
        sides[not one.is_ai].append(one)
    weeks = {one.week for one in sides.ai} & {one.week for one in sides.rest}
    return Sides(*([one for one in side if one.week in weeks] for side in sides))


#: Strata, the finest first.
KEYS: tuple[tuple[Within, Callable[[Observed], Hashable]], ...] = (
    ("author", lambda one: (one.author, one.repository)),
    ("repository", lambda one: one.repository),
    ("all", lambda one: None),
)


def _compared(measure: Measure, observed: Sides, *, by_size: bool) -> Compared:
    within, strata = _finest(measure, observed, by_size=by_size)
    values = [stratum.values(measure) for stratum in strata]
    effect = difference(values) if measure.is_share else ratio(values, floor=measure.floor)
    used = observed
    if strata:
        used = Sides(*(list(chain.from_iterable(side)) for side in zip(*strata, strict=True)))
    ai, rest = (_figure(measure, side) for side in used.values(measure))
    return Compared(
        effect=effect,
        within=within,
        ai=ai,
        rest=rest,
        authors=len({one.author for one in chain(*used)}),
        repositories=len({one.repository for one in chain(*used)}),
        used=tuple(one.pk for one in used.ai),
    )


def _finest(measure: Measure, observed: Sides, *, by_size: bool) -> tuple[Within, list[Sides]]:
    """The finest strata that leave enough on both sides; none where there are too few at all."""
    for within, key in KEYS:
        strata = _with_both_sides(observed, key, by_size=by_size)
        ai, rest = (sum(len(stratum[side]) for stratum in strata) for side in (0, 1))
        if min(ai, rest) >= measure.at_least:
            return within, strata
    return "all", []


def _with_both_sides(
    observed: Sides, key: Callable[[Observed], Hashable], *, by_size: bool
) -> list[Sides]:
    strata: defaultdict[Hashable, Sides] = defaultdict(lambda: Sides([], []))
    for number, side in enumerate(observed):
        for one in side:
            strata[(key(one), one.size_band) if by_size else key(one)][number].append(one)
    return [stratum for stratum in strata.values() if stratum.fewer]


def _figure(measure: Measure, values: Sequence[float]) -> Figure:
    if measure.is_share:
        return share(int(sum(values)), len(values))
    return median_of(values, measure.unit)
