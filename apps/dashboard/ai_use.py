"""What the page about the language model shows: its use, what it costs, the caps and the switch."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from apps.core.money import NANO, budget_in_words, in_words
from apps.github.models import Connection
from apps.llm import prompts
from apps.llm.costs import (
    Allowance,
    allowance_of,
    cap_of,
    nano_of,
    price_of,
    spent_today_by_all,
    today,
)
from apps.llm.spending import Day, Spending, Used, spending_of
from apps.pipeline.refreshes import request_refresh
from apps.pipeline.standing import standing_of
from apps.teams.models import Team

HEIGHT = 100.0  # of a column of the chart, in the SVG's own units
AN_AMOUNT = "Write an amount in US dollars, such as 0.50, or leave the field empty."


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is about, and `HEADS` of it."""

    about: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """A day of the chart: the money, as a part of the dearest day's."""

    day: date
    sentence: str
    y: float
    height: float
    is_recorded: bool


@dataclass(frozen=True)
class AiUse:
    """Everything on the page, but the form."""

    spending: Spending
    days: tuple[Line, ...]  #: those that are recorded, the newest first
    bars: tuple[Bar, ...]  #: the oldest first
    kinds: tuple[Line, ...]
    allowance: Allowance
    cap: str
    cap_of_all: str
    left: str
    is_own_budget: bool
    is_less_left_of_all: bool  #: than of the team's; how much would tell what other teams do
    has_key: bool
    is_run_over: bool
    models: tuple[str, ...]
    prices: str  #: of those that are asked
    prompt: str
    most_characters: str  #: of a pull request that are sent, about


HEADS = ("Calls", "Tokens sent", "of these cached", "Tokens answered", "Cost")


def ai_use_of(team: Team) -> AiUse:
    """Five statements."""
    day = today()
    spending = spending_of(team, today=day)
    spent = spending.today.nano_usd
    budget = team.llm_daily_usd
    allowance = allowance_of(budget, spent=spent, spent_by_all=spent_today_by_all())
    return AiUse(
        spending=spending,
        days=tuple(_line(f"{one.day:%-d %b %Y}", one.used) for one in spending.days if one.used),
        bars=_bars(spending.days),
        kinds=tuple(
            _line(f"{kind.purpose}, {kind.model}, {kind.way[0].lower()}{kind.way[1:]}", kind.used)
            for kind in spending.kinds
        ),
        allowance=allowance,
        cap=budget_in_words(cap_of(budget)),
        cap_of_all=budget_in_words(nano_of(settings.LLM_DAILY_USD)),
        left=in_words(allowance.team_left),
        is_own_budget=budget is not None,
        is_less_left_of_all=allowance.all_left < allowance.team_left,
        has_key=bool(settings.GROQ_API_KEY),
        is_run_over=not standing_of(team).is_active,
        models=_asked(),
        prices="; ".join(_price_in_words(model) for model in _asked()),
        prompt=prompts.VERSION,
        most_characters=f"{round(prompts.BODY_CHARS + prompts.COMMITS_CHARS, -3):,}",
    )


def _asked() -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (settings.GROQ_MODEL, settings.GROQ_FALLBACK_MODEL))))


def _price_in_words(model: str) -> str:
    price = price_of(model)
    sent, cached, answered = (
        f"{(Decimal(amount) / NANO).normalize():f}"
        for amount in (price.sent, price.cached, price.answered)
    )
    return f"{model} {sent} sent, {cached} sent and cached, {answered} answered"


def _line(about: str, used: Used) -> Line:
    counts = (used.requests, used.prompt_tokens, used.cached_tokens, used.completion_tokens)
    return Line(about, (*(f"{count:,}" for count in counts), used.money))


def _bars(days: tuple[Day, ...]) -> tuple[Bar, ...]:
    """No bars where nothing was spent on any day."""
    top = max(day.used.nano_usd if day.used else 0 for day in days)
    return tuple(_bar(day, top) for day in reversed(days)) if top else ()


def _bar(day: Day, top: int) -> Bar:
    height = round(HEIGHT * day.used.nano_usd / top, 2) if day.used else 0.0
    says = day.used.sentence if day.used else "not recorded"
    return Bar(
        day=day.day,
        sentence=f"{day.day:%-d %b %Y}: {says}",
        y=round(HEIGHT - height, 2),
        height=height,
        is_recorded=day.used is not None,
    )


# --- What admins change ---


class BudgetForm(forms.Form):
    """
    The team's budget. A field for text: what is no number, a number field sends as nothing at all,
    and nothing means the installation's budget.
    """

    llm_daily_usd = forms.DecimalField(
        label="US dollars a day",
        required=False,
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        error_messages={
            "invalid": AN_AMOUNT,
            "min_value": "A budget is 0 or more; with 0 the model is asked nothing.",
            "max_digits": "At most 999999.99, please.",
            "max_whole_digits": "At most 999999.99, please.",
            "max_decimal_places": "Whole cents, please: at most two digits after the point.",
        },
        widget=forms.TextInput(
            {"class": "input w-full max-w-48", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        each = budget_in_words(nano_of(settings.LLM_TEAM_DAILY_USD))
        self.fields["llm_daily_usd"].help_text = (
            f"Empty: what this installation allows each team, {each}."
            " 0: the model is asked nothing."
        )


def set_budget(team: Team, dollars: Decimal | None) -> str:
    """Store it; the sentence for whoever did."""
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=dollars)
    cap = budget_in_words(cap_of(dollars))
    whose = "The team's budget is" if dollars is not None else "The installation's budget holds:"
    return (
        f"{whose} {cap} a day. A run that is under way keeps to it from its next questions on;"
        " what is not analysed yet follows with the next run."
    )


def switch(team: Team, *, on: bool, actor: str) -> str:
    """
    Let the model read the team's pull requests, or no longer; the sentence for whoever did.

    A team at rest is updated at once, so that its rows follow (`analyse.follow_the_switch`).
    """
    changed = Team.objects.filter(pk=team.pk, llm_enabled=not on).update(llm_enabled=on)
    state = f"The language model is {'on' if on else 'off'} for this team"
    return f"{state}. {_when_rows_follow(team, actor)}" if changed else f"{state} already."


def _when_rows_follow(team: Team, actor: str) -> str:
    standing = standing_of(team)
    if standing.is_active:
        return (
            "The pull requests follow with the next analysis of the run that is under way,"
            " or with the next run."
        )
    is_open = not Connection.objects.filter(team=team).exclude(closed_because="").exists()
    if is_open and request_refresh(team.pk, actor=actor, min_interval_seconds=0):
        return "An update has begun, and the pull requests follow with it."
    return "The pull requests follow with the next run."
