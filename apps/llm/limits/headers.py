"""What the headers of Groq's answers say of its limits; pure."""

import re
from collections.abc import Mapping

from apps.llm.limits.limits import Budget
from apps.llm.replies import A_DAY

PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def budget_of(headers: Mapping[str, str]) -> Budget | None:
    """
    The budget; None where nothing of use is said.

    `…-tokens` are per minute and `…-requests` per day.
    """
    tokens, left = _count(headers, "limit-tokens"), _count(headers, "remaining-tokens")
    if not tokens or left is None:
        return None
    requests_left = _count(headers, "remaining-requests")
    reset = duration(headers.get("x-ratelimit-reset-requests", ""))
    return Budget(
        tokens=tokens,
        left=min(left, tokens),
        requests_left=None if reset is None else requests_left,
        requests_reset=reset or 0.0,
    )


def duration(text: str) -> float | None:
    """Seconds of "7.66s", "2m59.56s" or "172ms", a day at most; None for anything else."""
    if not text or PART.sub("", text):
        return None
    seconds = sum(float(number) * SECONDS[unit] for number, unit in PART.findall(text))
    return min(seconds, A_DAY)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(f"x-ratelimit-{name}", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else None
