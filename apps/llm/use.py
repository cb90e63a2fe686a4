"""Counting what the model is paid for: a row a team, day, run, model, way and purpose."""

from collections import defaultdict
from collections.abc import Iterable

from apps.core.adding import add
from apps.llm.costs import Tokens, cost_nano_usd, today
from apps.llm.models import LlmUse
from apps.teams.models import Team

KEY = ("team_id", "day", "run", "model", "way", "purpose")
SUMS = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "nano_usd")


def record(
    team: Team, run: int, way: str, purpose: str, calls: Iterable[tuple[str, Tokens]]
) -> None:
    """
    Add calls that were paid, each with the model that was asked, to today's use.

    One statement inside the caller's transaction, however many calls; none where there are none.
    """
    by_model: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    for model, usage in calls:
        sums = by_model[model]
        sums["requests"] += 1
        sums["prompt_tokens"] += usage.prompt_tokens
        sums["cached_tokens"] += usage.cached_tokens
        sums["completion_tokens"] += usage.completion_tokens
        sums["nano_usd"] += cost_nano_usd(model, usage, way)
    key = {"team_id": team.pk, "day": today(), "run": run, "way": way, "purpose": purpose}
    # Sorted, so that two writers lock the same rows in one order.
    rows = [key | {"model": model} | sums for model, sums in sorted(by_model.items())]
    add(LlmUse, rows, key=KEY, sums=SUMS)
