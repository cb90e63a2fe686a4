"""From pull requests to the columns of weeks: pure counting, in one pass."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from apps.metrics.facts import AiClass, Facts
from apps.metrics.formulas import BIG_LINES, DURATIONS, Flow

#: The Monday of the week in which a moment counts; None where it lies outside the history.
WeekOf = Callable[[datetime], date | None]


@dataclass
class Tally:
    """One row in the making: counts, and the values whose medians the row will hold."""

    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def columns(self) -> dict[str, Any]:
        """Column → value of `WeekNumbers`; what was not counted is left to its default."""
        columns: dict[str, Any] = dict(self.counts)
        for name, values in self.values.items():
            columns |= {name: median(values), f"{name}_n": len(values)}
        return columns

    def add_merged(self, pull_request: Facts, flow: Flow) -> None:
        """A person's pull request that was merged into the default branch."""
        self.counts["merged"] += 1
        self.counts["reviewed"] += flow.first_review is not None
        self._add_ai(pull_request)
        for name, duration in DURATIONS.items():
            self._add_value(name, duration(flow))
        self.counts["unclear_start"] += flow.first_commit is None
        self._add_value("size", pull_request.size)
        self.counts["big"] += pull_request.size is not None and pull_request.size > BIG_LINES
        self._add_value("review_rounds", pull_request.rounds)
        self.counts["reverted"] += pull_request.is_reverted
        if pull_request.is_hotfix is not None:
            self.counts["hotfixes"] += pull_request.is_hotfix

    def add_merged_by_bot(self, pull_request: Facts) -> None:
        self.counts["merged_by_bots"] += 1
        if pull_request.by_agent:
            self.counts["merged_by_agents"] += 1
            self._add_ai(pull_request)

    def _add_ai(self, pull_request: Facts) -> None:
        self.counts["ai_assisted"] += pull_request.is_ai_assisted
        self.counts["ai_suspected"] += pull_request.ai_class == AiClass.SUSPECTED
        self.counts["ai_decided"] += pull_request.is_decided

    def _add_value(self, name: str, value: float | None) -> None:
        if value is not None:
            self.values[name].append(value)


@dataclass
class Tallies:
    """The weeks of a team, and of each person who did something in one."""

    team: defaultdict[date, Tally] = field(default_factory=lambda: defaultdict(Tally))
    members: defaultdict[tuple[int, date], Tally] = field(
        default_factory=lambda: defaultdict(Tally)
    )

    def of(self, person: int, monday: date) -> tuple[Tally, Tally]:
        return self.team[monday], self.members[person, monday]


def tally(pull_requests: Iterable[Facts], week_of: WeekOf) -> Tallies:
    """
    Count every pull request in its weeks.

    Each count of a person is also one of the team, so that members add up to the team; only bots'
    pull requests are the team's alone. Only the reviews of a pull request into another branch than
    the default one count.
    """
    tallies = Tallies()
    for pull_request in pull_requests:
        if pull_request.is_to_default_branch:
            _count_opened(pull_request, week_of, tallies)
            _count_merged(pull_request, week_of, tallies)
        for review in pull_request.reviews:
            if (monday := week_of(review.at)) is not None:
                for row in tallies.of(review.reviewer, monday):
                    row.counts["reviews_given"] += 1
    return tallies


def _count_opened(pull_request: Facts, week_of: WeekOf, tallies: Tallies) -> None:
    monday = week_of(pull_request.created_at)
    if monday is not None and pull_request.by_person:
        for row in tallies.of(pull_request.author, monday):
            row.counts["opened"] += 1


def _count_merged(pull_request: Facts, week_of: WeekOf, tallies: Tallies) -> None:
    flow = pull_request.flow
    monday = week_of(flow.merged) if flow else None
    if flow is None or monday is None:
        return
    if not pull_request.by_person:
        tallies.team[monday].add_merged_by_bot(pull_request)
        return
    for row in tallies.of(pull_request.author, monday):
        row.add_merged(pull_request, flow)
