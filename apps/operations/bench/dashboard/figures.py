"""What pages and a measurement cost, beside what is measured with them in the same run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.operations.bench.dispatch_figures import Spread, spread

MOST_STATEMENTS = 15  # of a page, whatever the team's size


@dataclass(frozen=True)
class Timing:
    """One page of one team."""

    page: str
    pull_requests: int
    statements: int
    kilobytes: float
    milliseconds: Spread
    bare: Spread  #: of the bare page, in turns with this one

    @property
    def above_bare(self) -> float:
        """Of the medians."""
        return self.milliseconds.median / self.bare.median


@dataclass(frozen=True)
class Recomputing:
    """All weeks of a team and of its members, by the product and by a query for each number."""

    pull_requests: int
    members: int
    weeks: int
    statements: int
    seconds: float
    loop_statements: int
    loop_seconds: float
    differing: int  #: numbers that the two do not agree about

    @property
    def faster(self) -> float:
        return self.loop_seconds / self.seconds


def timing(
    page: str,
    pull_requests: int,
    *,
    statements: int,
    size: int,
    seconds: Sequence[float],
    bare: Sequence[float],
) -> Timing:
    """:param size: bytes of the answer."""
    return Timing(
        page,
        pull_requests,
        statements,
        size / 1024,
        spread([1000 * each for each in seconds]),
        spread([1000 * each for each in bare]),
    )


def wrong(timings: Sequence[Timing], recomputing: Recomputing | None) -> Iterator[str]:
    """A sentence for whatever must hold on every machine, and does not."""
    by_page: dict[str, dict[int, int]] = {}
    for each in timings:
        by_page.setdefault(each.page, {})[each.pull_requests] = each.statements
    for page, statements in by_page.items():
        yield from _wrong_with(page, statements)
    if recomputing is not None and recomputing.differing:
        yield f"{recomputing.differing} numbers of members' weeks are not those of the loop."


def _wrong_with(page: str, statements: Mapping[int, int]) -> Iterator[str]:
    most = max(statements.values())
    if most > MOST_STATEMENTS:
        yield f"{page}: {most} statements, at most {MOST_STATEMENTS} are allowed."
    if len(set(statements.values())) > 1:
        each = ", ".join(f"{count} at {size}" for size, count in statements.items())
        yield f"{page}: the number of statements depends on the team's size: {each}."
