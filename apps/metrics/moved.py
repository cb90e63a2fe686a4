"""What phase 2 has moved in the headline that people saw at the end of phase 1."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from apps.metrics.figures import Figure
from apps.metrics.headline import headline
from apps.metrics.models import KeptHeadline
from apps.metrics.wording import in_words
from apps.pipeline.claims import Claim
from apps.teams.models import Team

#: Figure of the headline → how pages call it.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "merged": "Merged",
        "cycle_time": "Cycle time",
        "pickup_time": "First review",
        "review_coverage": "Reviewed",
        "ai_assisted": "AI-assisted",
    }
)
KEPT = ("value", "n", "unit", "k", "undecided")  # of each figure
NEWS = timedelta(days=7)  # for so long it is told
OLD = timedelta(days=30)  # then it is forgotten


def keep(claim: Claim, *, phase: int, now: datetime) -> None:
    """Keep the headline as it is after this phase's measurement. Again is the same as once."""
    team: Team = claim.row
    top = headline(team, now=now)
    figures = {name: _plain(getattr(top, name)) for name in NAMES}
    with claim.batch():
        kept = KeptHeadline.objects.filter(team=team)
        kept.filter(kept_at__lt=now - OLD).delete()
        kept.update_or_create(
            team=team,
            run=team.pipeline_run,
            phase=phase,
            defaults={"figures": figures, "kept_at": now},
        )


def moved_in_words(team: Team, *, now: datetime) -> tuple[str, ...]:
    """
    A sentence for each number of the headline that reads otherwise since phase 2; one statement.

    Of the last run that had two phases, as long as it is news. The last 30 days are read in phase
    1 already: what moves is what came meanwhile, and what the model has decided since.
    """
    runs: defaultdict[int, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    for row in KeptHeadline.objects.filter(team=team, kept_at__gte=now - NEWS):
        runs[row.run][row.phase] = row.figures
    both = [run for run, phases in runs.items() if phases.keys() >= {1, 2}]
    if not both:
        return ()
    phases = runs[max(both)]
    sentences = (_sentence(name, phases[1], phases[2]) for name in NAMES)
    return tuple(sentence for sentence in sentences if sentence)


def _sentence(
    name: str, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> str:
    if name not in before or name not in after:  # kept by another version
        return ""
    one, other = in_words(Figure(**before[name])), in_words(Figure(**after[name]))
    if one == other:
        return ""
    return f"{NAMES[name]}: {one} before, {other} now{_rests_on(before[name], after[name])}."


def _rests_on(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Of medians: their words do not say of how many they are."""
    is_said = before["unit"] in ("count", "share") or before["n"] == after["n"]
    return "" if is_said else f" (of {after['n']} pull requests, not {before['n']})"


def _plain(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in KEPT}
