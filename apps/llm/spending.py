"""What the language model has used up, summed for pages: tokens and money, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, QuerySet, Sum

from apps.core.money import budget_in_words, in_words
from apps.llm.costs import cap_of
from apps.llm.models import LlmUse
from apps.teams.models import Team

DAYS = 30  # that are shown, today among them
SUMMED = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "nano_usd")


@dataclass(frozen=True)
class Used:
    """A sum of use; `Used()` is nothing at all."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0  #: of prompt_tokens
    completion_tokens: int = 0
    nano_usd: int = 0

    @classmethod
    def of(cls, parts: Iterable["Used | LlmUse"]) -> "Used":
        """The sum of what is in memory."""
        listed = list(parts)
        return cls(*(sum(getattr(part, name) for part in listed) for name in SUMMED))

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def money(self) -> str:
        return in_words(self.nano_usd)

    @property
    def amount(self) -> str:
        calls = "1 call" if self.requests == 1 else f"{self.requests:,} calls"
        return f"{calls}, {self.tokens:,} tokens"

    @property
    def sentence(self) -> str:
        return f"{self.amount}, {self.money}"


@dataclass(frozen=True)
class Day:
    day: date
    used: Used | None  #: None: before anything was recorded of the team


@dataclass(frozen=True)
class Run:
    """The team's newest run of which use is recorded: an update may have nothing to ask."""

    used: Used
    is_current: bool  #: it is the team's newest run of all


@dataclass(frozen=True)
class Kind:
    """What one model was used for in one way."""

    model: str
    way: str  #: both in words
    purpose: str
    used: Used


@dataclass(frozen=True)
class TeamDay:
    slug: str
    used: Used
    cap: str


@dataclass(frozen=True)
class Spending:
    since: date | None  #: the first day of which there is a record; None: there is none
    run: Run | None  #: None: nothing is recorded of any
    days: tuple[Day, ...]  #: the newest first, DAYS of them
    kinds: tuple[Kind, ...]  #: of the same days, the dearest first

    @property
    def today(self) -> Used:
        return self.days[0].used or Used()

    @property
    def total(self) -> Used:
        """Of `days`."""
        return Used.of(one.used for one in self.days if one.used)


def spending_of(team: Team, *, today: date) -> Spending:
    """Four statements, however much there is."""
    rows = LlmUse.objects.filter(team=team)
    first = today - timedelta(days=DAYS - 1)
    since: date | None = rows.aggregate(since=Min("day"))["since"]
    recent = rows.filter(day__gte=first)
    by_day = {row["day"]: _used(row) for row in recent.values("day").annotate(**_sums())}
    return Spending(
        since=since,
        run=run_of(team),
        days=tuple(_day(today - timedelta(days=back), by_day, since) for back in range(DAYS)),
        kinds=_kinds(recent),
    )


def run_of(team: Team) -> Run | None:
    """One statement."""
    sums = LlmUse.objects.filter(team=team).values("run").annotate(**_sums()).order_by("-run")
    newest = sums.first()
    return Run(_used(newest), newest["run"] == team.pipeline_run) if newest else None


def teams_on(day: date, *, most: int) -> tuple[TeamDay, ...]:
    """The teams that have spent the most on a day, with their caps; for staff only."""
    rows = (
        LlmUse.objects.filter(day=day)
        .values("team__slug", "team__llm_daily_usd")
        .annotate(**_sums())
        .order_by("-nano_usd", "team__slug")
    )
    return tuple(
        TeamDay(row["team__slug"], _used(row), budget_in_words(cap_of(row["team__llm_daily_usd"])))
        for row in rows[:most]
    )


def total_of(rows: QuerySet[LlmUse]) -> Used:
    return _used(rows.aggregate(**_sums()))


def _day(day: date, by_day: Mapping[date, Used], since: date | None) -> Day:
    is_recorded = since is not None and day >= since
    return Day(day, by_day.get(day, Used()) if is_recorded else None)


def _kinds(rows: QuerySet[LlmUse]) -> tuple[Kind, ...]:
    kinds = (
        rows.values("model", "way", "purpose").annotate(**_sums()).order_by("-nano_usd", "model")
    )
    return tuple(
        Kind(
            model=row["model"],
            way=LlmUse.Way(row["way"]).label,
            purpose=LlmUse.Purpose(row["purpose"]).label,
            used=_used(row),
        )
        for row in kinds
    )


def _sums() -> dict[str, Sum]:
    return {name: Sum(name, default=0) for name in SUMMED}


def _used(sums: Mapping[str, Any]) -> Used:
    return Used(**{name: sums[name] for name in SUMMED})
