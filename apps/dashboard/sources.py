"""The repositories that the numbers were read from: how fresh each is, and what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from apps.core.sentences import Notice, with_link
from apps.github.models import TrackedRepository
from apps.github.syncing.gaps import gaps_since
from apps.github.syncing.reconciliation import explanation_of
from apps.metrics.coverage import Coverage

NAMED = 5  # repositories named in a sentence


@dataclass(frozen=True)
class Source:
    """A repository that the numbers were read from, and what GitHub itself counts in it."""

    repository: Any  #: of `rows_of_sources`
    notice: Notice  #: what is wrong; an empty sentence when all is well
    comparison: str  #: a sentence; empty where the counts were not compared
    differs: bool


def rows_of_sources() -> QuerySet[TrackedRepository]:
    """For `coverage_of`: each with `stored`, its pull requests, and `gaps`."""
    return TrackedRepository.objects.annotate(
        stored=Count("pull_requests"), gaps=gaps_since("counted_since")
    )


def sources_of(coverage: Coverage, zone: ZoneInfo) -> tuple[Source, ...]:
    """No statement; the coverage was read with `rows_of_sources`."""
    rows: Sequence[Any] = coverage.repositories
    return tuple(
        Source(
            repository=row,
            notice=with_link(row.sync_error),
            comparison=explanation_of(row, zone=zone, gaps=row.gaps),
            differs=row.count_at_github != row.count_here,
        )
        for row in rows
    )


def another_choice(coverage: Coverage) -> str:
    """What the numbers rest on while they, or others, are still being counted; else empty."""
    if coverage.is_outdated:
        return (
            "Mergelight counts otherwise since its last update. All numbers here are being counted"
            " anew: what is missing comes within minutes."
        )
    if coverage.is_as_chosen:
        return ""
    return (
        f"All numbers here rest on {_named(coverage.repositories)}."
        f" Chosen since then: {_named(coverage.chosen)}. The numbers follow once that is read."
    )


def _named(repositories: Sequence[TrackedRepository]) -> str:
    """At most NAMED of them by name: "a/b, a/c, a/d, a/e, a/f and 9 others"."""
    names = [repository.name_with_owner for repository in repositories]
    if not names:
        return "no repository"
    shown, more = ", ".join(names[:NAMED]), len(names) - NAMED
    return f"{shown} and {more} other{'s' * (more != 1)}" if more > 0 else shown
