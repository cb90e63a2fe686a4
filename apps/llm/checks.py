"""Start-up checks: prices and caps of the language model are amounts that can be counted with."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from apps.llm.costs import nano_of, read_price

FORM = (
    "Set GROQ_PRICES to JSON such as"
    ' {"openai/gpt-oss-20b": [0.075, 0.0375, 0.30]}: US dollars for a million tokens sent, sent and'
    " cached by Groq, and answered. Leave it out for the prices that Mergelight knows."
)


@register("llm")
def check_llm(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Run every check of this module."""
    used = (settings.GROQ_MODEL, settings.GROQ_FALLBACK_MODEL)
    wrong: list[CheckMessage] = [*check_prices(settings.GROQ_PRICES)]
    return [
        *wrong,
        *([] if wrong else check_models_have_prices(settings.GROQ_PRICES, used)),
        *check_cap("LLM_TEAM_DAILY_USD", settings.LLM_TEAM_DAILY_USD),
        *check_cap("LLM_DAILY_USD", settings.LLM_DAILY_USD),
    ]


def check_prices(prices: object) -> Iterator[CheckMessage]:
    """E001: prices that nothing can be counted with."""
    if not isinstance(prices, Mapping) or not prices:
        yield Error(
            "GROQ_PRICES is no JSON object with the prices of a model", hint=FORM, id="llm.E001"
        )
        return
    for model, price in prices.items():
        try:
            read_price(price)
        except ValueError as exc:
            yield Error(f"GROQ_PRICES, {model}: {exc}", hint=FORM, id="llm.E001")


def check_models_have_prices(
    prices: Mapping[str, object], used: tuple[str, ...]
) -> Iterator[CheckMessage]:
    """W002: a model that is asked without a price of its own."""
    for model in dict.fromkeys(used):
        if model and model not in prices:
            yield CheckWarning(
                f"GROQ_PRICES has no price for {model}",
                hint=f"Until it has one, the dearest of the others is counted. {FORM}",
                id="llm.W002",
            )


def check_cap(name: str, dollars: object) -> Iterator[CheckMessage]:
    """E003: a budget that is no amount of money."""
    try:
        nano_of(dollars)
    except ValueError as exc:
        yield Error(
            f"{name}: {exc}",
            hint="Set it to US dollars a day, such as 1.50; with 0 the model is asked nothing.",
            id="llm.E003",
        )
