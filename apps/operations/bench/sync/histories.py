"""What is synced: how many pull requests, of which repositories, over how many days."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync.stand_in import Truth

ENDING = ".jsonl.gz"
THREE = ("netbox-community/netbox", "pydantic/pydantic-ai", "langchain-ai/langgraph")
SEVEN = (
    *THREE,
    "apache/incubator-devlake",
    "continuedev/continue",
    "RooCodeInc/Roo-Code",
    "astral-sh/ruff",
)
GIANT = ("astral-sh/ruff",)
SMALLEST = ("apache/incubator-devlake",)
AGAIN = "-again"  #: ends the name of a repository that has another's history
TEN = (*SEVEN, *(name + AGAIN for name in THREE))
FEW, MANY = 100, 1000  #: below and from which there is one repository, and there are ten
LONGEST = 2000  #: days that a window may have


@dataclass(frozen=True)
class Size:
    """About so many pull requests of these repositories, the latest updates."""

    pull_requests: int
    repositories: tuple[str, ...]


def size(pull_requests: int) -> Size:
    """So many, of as many repositories as a team with so many has."""
    if pull_requests < FEW:
        return Size(pull_requests, SMALLEST)
    return Size(pull_requests, TEN if pull_requests >= MANY else THREE)


def lay_out(repositories: Iterable[str], *, source: Path, into: Path) -> Path:
    """
    Make the folder of histories that the stand-in serves; `…-again` is another's history again.

    :raises ServerUnusable: if a history is missing.
    """
    into.mkdir(parents=True)
    for name in repositories:
        history = source / _file_name(name.removesuffix(AGAIN))
        if not history.is_file():
            raise ServerUnusable(f"There is no history of {name} at {history}.")
        (into / _file_name(name)).symlink_to(history.resolve())
    return into


def days_for(truth: Truth, wanted: int, *, now: datetime) -> int:
    """The days whose window has the number of pull requests nearest to the one that is wanted."""
    ages = sorted(now - moment(one["updatedAt"]) for rows in truth.values() for one in rows)
    counts = {days: bisect(ages, timedelta(days=days)) for days in range(1, LONGEST)}
    return min(counts, key=lambda days: abs(counts[days] - wanted))


def in_window(truth: Truth, since: datetime) -> dict[str, int]:
    """Repository → how many of its pull requests were updated since then."""
    return {
        name: sum(moment(one["updatedAt"]) >= since for one in rows) for name, rows in truth.items()
    }


def described(counts: Sequence[int]) -> str:
    """ "503 pull requests in 3 repositories, 201 of them in one"."""
    total = sum(counts)
    if len(counts) == 1:
        return f"{total} pull requests in 1 repository"
    return f"{total} pull requests in {len(counts)} repositories, {max(counts)} of them in one"


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _file_name(repository: str) -> str:
    return repository.replace("/", "__") + ENDING
