"""The cards above everything else: each number with what it means and how it changed."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.metrics.figures import Figure, for_each
from apps.metrics.formulas import BIG_LINES, REVERT_WITHIN
from apps.metrics.selection import parts
from apps.metrics.selection.change import Change, change_of
from apps.metrics.selection.parts import Part
from apps.metrics.selection.reading import Selection

FEWEST_ACTIVE = 3  # with fewer, "per person" is about somebody
FEW_ACTIVE = f"fewer than {FEWEST_ACTIVE} people active"


@dataclass(frozen=True)
class Card:
    key: str  #: as the column of TeamWeek, where there is one
    name: str
    says: str  #: the definition in half a sentence
    is_first_row: bool
    figure: Figure
    before: Figure | None  #: None: not compared
    change: Change


@dataclass(frozen=True)
class Measure:
    key: str
    name: str
    says: str
    of: Callable[[Part], Figure]
    is_first_row: bool = False


# fmt: off
MEASURES = (
    Measure("merged", "Merged", "pull requests of people, into default branches",
            parts.merged, is_first_row=True),
    Measure("cycle_time", "Cycle time", "median from the first commit to the merge",
            parts.cycle_time, is_first_row=True),
    Measure("pickup_time", "First review", "median from ready to the first review by somebody else",
            parts.pickup_time, is_first_row=True),
    Measure("review_coverage", "Reviewed", "merged after a review by somebody else",
            parts.review_coverage, is_first_row=True),
    Measure("ai_assisted", "AI-assisted",
            "of people's and coding agents' merged: declared, or an agent's own",
            parts.ai_assisted, is_first_row=True),
    Measure("size", "Size", "median of changed lines, without generated files", parts.size),
    Measure("big", "Large", f"merged with more than {BIG_LINES} changed lines", parts.batch_share),
    Measure("reverted", "Reverted", f"undone within {REVERT_WITHIN.days} days of the merge",
            parts.revert_rate),
    Measure("review_rounds", "Review rounds", "median of how often it went back and forth",
            parts.review_rounds),
    Measure("hotfixes", "Hotfixes", "a proxy: merged, and the team's own rule calls it a hotfix",
            parts.hotfix_share),
)
# fmt: on


def cards(selection: Selection) -> tuple[Card, ...]:
    """
    The five of the first row, then the others.

    Hotfixes only where the team has a rule for them; no number for each person where fewer than
    FEWEST_ACTIVE were active, nor of single authors, whose reviewers would be counted with them.
    """
    found = [
        _card(selection, measure)
        for measure in MEASURES
        if measure.key != "hotfixes" or parts.has_hotfix_rule(selection.part)
    ]
    return (*found, _for_each_person(selection))


def _card(selection: Selection, measure: Measure) -> Card:
    figure, before = measure.of(selection.part), None
    change = Change(selection.no_comparison)
    if selection.before is not None:
        before = measure.of(selection.before)
        change = change_of(figure, before, than=selection.chosen.period.before().name)
    return Card(
        key=measure.key,
        name=measure.name,
        says=measure.says,
        is_first_row=measure.is_first_row,
        figure=figure.on(selection.basis),
        before=before.on(selection.basis_before) if before else None,
        change=change,
    )


def _for_each_person(selection: Selection) -> Card:
    people = 0 if selection.chosen.authors else selection.active_people
    few = people < FEWEST_ACTIVE
    reason = "not of single authors" if selection.chosen.authors else FEW_ACTIVE
    figure = for_each(
        sum(bool(row.by_person) for row in selection.part.merged),  # also where bots are shown
        people,
        at_least=FEWEST_ACTIVE,
        note=reason if few else f"{people} people active",
    )
    return Card(
        key="for_each_person",
        name="Merged for each active person",
        says="active: opened, reviewed or had something merged in these days, or in the four weeks"
        " up to their end if those are longer",
        is_first_row=False,
        figure=figure.on(selection.basis),
        before=None,
        change=Change(""),
    )
