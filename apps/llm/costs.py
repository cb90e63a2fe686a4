"""
What asking the model costs, and what a team may still spend today.

Whole nano-dollars (US dollars × 10⁻⁹) throughout, so that sums are exact. A day is one of UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Protocol

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from apps.core.money import NANO, budget_in_words
from apps.llm.models import LlmUse
from apps.teams.models import Team

MILLION = 10**6  # tokens that a price is for
SWITCHED_OFF = "The language model was switched off for this team."
TOMORROW = "The rest follows with the first run of tomorrow (UTC)."


class Tokens(Protocol):
    """What Groq charges for; `cached_tokens` are among the `prompt_tokens`."""

    @property
    def prompt_tokens(self) -> int: ...
    @property
    def cached_tokens(self) -> int: ...
    @property
    def completion_tokens(self) -> int: ...


@dataclass(frozen=True)
class Price:
    """Of a million tokens, in nano-dollars."""

    sent: int
    cached: int
    answered: int


@dataclass(frozen=True)
class Allowance:
    """What may still be spent today: nano-dollars of the team's own, and of all teams together."""

    team_left: int
    all_left: int
    sentence: str  #: which cap is reached, and what happens now; empty while both have some left

    @property
    def left(self) -> int:
        return min(self.team_left, self.all_left)


def today() -> date:
    """The day that use is counted on."""
    return timezone.now().astimezone(UTC).date()


# --- Prices ---


def cost_nano_usd(model: str, usage: Tokens, way: str) -> int:
    """
    The price of some calls.

    A batch costs half, and there Groq takes nothing off for what it has cached. A model without a
    price costs what the dearest one does: a forgotten price must not lift the cap.

    :param model: the id that was asked for.
    :param way: of `LlmUse.Way`.
    """
    price = price_of(model)
    is_batch = way == LlmUse.Way.BATCH
    cached = 0 if is_batch else min(usage.cached_tokens, usage.prompt_tokens)
    total = (
        (usage.prompt_tokens - cached) * price.sent
        + cached * price.cached
        + usage.completion_tokens * price.answered
    )
    divisor = MILLION * (2 if is_batch else 1)
    return (total + divisor // 2) // divisor


def read_price(value: object) -> Price:
    """
    An entry of GROQ_PRICES: US dollars for a million tokens sent, sent and cached, answered.

    :raises ValueError: for anything else.
    """
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ValueError(f"{value!r} is not three prices")
    return Price(*(nano_of(dollars) for dollars in value))


def nano_of(dollars: object) -> int:
    """
    An amount of a setting or a row.

    :raises ValueError: for what is no amount of money.
    """
    try:
        exact = Decimal(str(dollars))
    except InvalidOperation as exc:
        raise ValueError(f"{dollars!r} is not a number") from exc
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"{dollars!r} is not an amount of 0 or more")
    return int((exact * NANO).to_integral_value(ROUND_HALF_UP))


def price_of(model: str) -> Price:
    """Its own, or the dearest of all that are listed."""
    listed: Mapping[str, object] = settings.GROQ_PRICES
    if model in listed:
        return read_price(listed[model])
    prices = [read_price(value) for value in listed.values()]
    return Price(
        sent=max(one.sent for one in prices),
        cached=max(one.cached for one in prices),
        answered=max(one.answered for one in prices),
    )


# --- Caps ---


def spent_today(team: Team) -> int:
    return _sum(Q(day=today(), team=team))


def spent_today_by_all() -> int:
    return _sum(Q(day=today()))


def cap_of(budget: Decimal | None) -> int:
    """A team's cap per day: its own `llm_daily_usd`, or what the installation allows each team."""
    return nano_of(settings.LLM_TEAM_DAILY_USD if budget is None else budget)


def allowance(team: Team) -> Allowance:
    """
    What the team may still spend now: nothing once it has switched the model off.

    Two statements; the team's row is read anew, for an admin may have changed it while the team's
    run is under way. What is in flight is not in it: a cap is passed by so much at most.
    """
    row = Team.objects.values_list("llm_enabled", "llm_daily_usd")
    is_enabled, budget = row.get(pk=team.pk)
    if not is_enabled:
        return Allowance(team_left=0, all_left=0, sentence=SWITCHED_OFF)
    spent = LlmUse.objects.filter(day=today()).aggregate(
        all=Sum("nano_usd", default=0), team=Sum("nano_usd", filter=Q(team=team), default=0)
    )
    return allowance_of(budget, spent=spent["team"], spent_by_all=spent["all"])


def allowance_of(budget: Decimal | None, *, spent: int, spent_by_all: int) -> Allowance:
    """The same of sums that are known; `budget` is the team's `llm_daily_usd`."""
    cap, cap_of_all = cap_of(budget), nano_of(settings.LLM_DAILY_USD)
    return Allowance(
        team_left=max(cap - spent, 0),
        all_left=max(cap_of_all - spent_by_all, 0),
        sentence=_sentence(budget, cap, cap_of_all, spent=spent, spent_by_all=spent_by_all),
    )


def _sentence(
    budget: Decimal | None, cap: int, cap_of_all: int, *, spent: int, spent_by_all: int
) -> str:
    if cap == 0 and budget is not None:
        return "The team's budget for the language model is $0: it is asked nothing."
    if cap == 0:
        return (
            "This installation's budget for the language model is $0 a team: it is asked nothing."
        )
    if cap_of_all == 0:
        return "This installation's budget for the language model is $0: it is asked nothing."
    if spent >= cap:
        return (
            f"The team's budget for the language model, {budget_in_words(cap)} a day, is used up."
            f" {TOMORROW}"
        )
    if spent_by_all >= cap_of_all:
        return (
            "What all teams of this installation may spend on the language model in a day is used"
            f" up. {TOMORROW}"
        )
    return ""


def _sum(which: Q) -> int:
    found: int = LlmUse.objects.filter(which).aggregate(sum=Sum("nano_usd", default=0))["sum"]
    return found
