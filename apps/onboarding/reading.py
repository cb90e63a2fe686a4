"""What is read of a team's GitHub, changed after the first import: added, taken away, read now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.github.api.facts import Repository
from apps.github.choosing.selection import add_found
from apps.github.models import TrackedRepository
from apps.onboarding.choosing import Offer
from apps.onboarding.pressing import press
from apps.onboarding.repository_rows import RepositoryRow, rows_of, tracked_by
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.standing import Standing, standing_of
from apps.teams.models import Team


@dataclass(frozen=True)
class Read:
    """A repository that the team reads."""

    pk: int
    is_private: bool
    row: RepositoryRow


def read_by(team: Team, standing: Standing) -> list[Read]:
    """In one query."""
    tracked: Sequence[Any] = tracked_by(team, standing)
    rows = rows_of(team, standing, tracked)
    return [Read(one.pk, one.is_private, row) for one, row in zip(tracked, rows, strict=True)]


def given_up(team: Team) -> list[str]:
    """The names of those that were read once; what is stored of them is kept."""
    former = TrackedRepository.objects.filter(team=team, is_selected=False)
    return list(former.order_by("name_with_owner").values_list("name_with_owner", flat=True))


def not_read_yet(team: Team, offer: Offer) -> list[Repository]:
    """Of what GitHub shows, what can be added."""
    read = team.repositories.filter(is_selected=True).values_list("name_with_owner", "node_id")
    names, ids = {name for name, _ in read}, {node_id for _, node_id in read}
    return [
        one
        for one in offer.repositories
        if one.name_with_owner not in names and one.node_id not in ids
    ]


def add(team: Team, chosen: Sequence[Repository], *, actor: str) -> str:
    """
    Read these too, and have a run begin that reads all of their history; the sentence for whoever
    did. The dashboard stays open, and the numbers follow at the end of that run.

    :param chosen: as GitHub has described them just now.
    """
    add_found(team, chosen)
    names = ", ".join(one.name_with_owner for one in chosen)
    added = f"{names} {'is' if len(chosen) == 1 else 'are'} added."
    return f"{added} {_begin(team, actor)}"


def _begin(team: Team, actor: str) -> str:
    """An update reads what is not listed yet; so does a first import that goes on."""
    standing = standing_of(team)
    if standing.is_active:
        return (
            "An import is under way: it reads what it has not come to yet, and an update soon"
            " after it the rest."
        )
    # A first import that has stopped before its dashboard goes on; all else is an update.
    verb = next((one for one in ("refresh", "retry", "start") if one in standing.can), "")
    try:
        move(team.pk, verb, actor=actor, ticket=team.pipeline_ticket)
    except (MoveRefused, StaleTicket):  # somebody else has begun one: the timetable looks again
        return "A run has just begun; the new pull requests follow with it, or with the next."
    return "Reading has begun. The numbers follow when it has ended; the dashboard stays as it is."


def read_now(team: Team, *, actor: str) -> tuple[bool, str]:
    """Read what is new in all repositories; whether it is so, and the sentence."""
    standing = standing_of(team)
    verb = "refresh" if "refresh" in standing.can or standing.is_active else "retry"
    outcome = press(team, verb, actor=actor)
    return outcome.is_as_wished, outcome.sentence
