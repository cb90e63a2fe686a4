"""Moves of many teams at once: which there are, and what became of those that were refused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from django import forms
from django.contrib.admin.helpers import ActionForm

from apps.pipeline.columns import STATUS
from apps.pipeline.standing import VERBS_FOR_PEOPLE
from apps.teams.models import Team
from apps.teams.staff.visits import LONGEST

NAMED = 10  # of the teams that a sentence is about


def _labels() -> dict[str, str]:
    found = {
        transition.name: transition.custom["label"]
        for transition in getattr(Team(), f"get_all_{STATUS}_transitions")()
        if transition.custom.get("admin")
    }
    return {verb: found[verb] for verb in VERBS_FOR_PEOPLE}


#: verb → what its button says; as the machine's own buttons do.
MOVES: Mapping[str, str] = MappingProxyType(_labels())


class WhyActionForm(ActionForm):
    """The bar above the list, with the reason that is written down for each team."""

    why = forms.CharField(
        label="Why",
        required=False,  # the action says so: a form that is refused says only "no action"
        max_length=LONGEST,
        widget=forms.TextInput({"size": 30, "autocomplete": "off", "aria-label": "Why"}),
    )


def many_refused_in_words(refused: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each reason, with the teams that it kept; `refused` is (reason, team)."""
    teams: dict[str, list[str]] = defaultdict(list)
    for reason, team in refused:
        teams[reason].append(team)
    for reason, kept in teams.items():
        more = f" and {len(kept) - NAMED} more" if len(kept) > NAMED else ""
        yield f"Not moved ({len(kept)}): {reason} {', '.join(kept[:NAMED])}{more}"
