"""Pressing a button of the status page, once or twice, from a page that may be old."""

from dataclasses import dataclass

from apps.github.connecting.closed import possible_without_github
from apps.onboarding.places import connection_of
from apps.onboarding.words import VERBS, state_in_words
from apps.pipeline.machine import Status
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.standing import Standing, standing_of
from apps.teams.models import Team


@dataclass(frozen=True)
class Outcome:
    is_as_wished: bool
    sentence: str  #: for the person who pressed


def press(team: Team, verb: str, *, actor: str) -> Outcome:
    """
    Do what the button says, unless it is so already: a second click is no failure.

    :param verb: one of `VERBS`.
    """
    standing = standing_of(team)
    if not _is_fulfilled(verb, standing):
        if because := _in_vain_because(team, verb, standing):
            return Outcome(is_as_wished=False, sentence=because)
        try:
            # A running import could be restarted too: of two clicks at once, one begins a run.
            ticket = team.pipeline_ticket if verb == "restart" else None
            move(team.pk, verb, actor=actor, ticket=ticket)
        except (MoveRefused, StaleTicket):
            team.refresh_from_db()
            standing = standing_of(team)
            if not _is_fulfilled(verb, standing):
                state = state_in_words(standing, team)
                return Outcome(is_as_wished=False, sentence=f"{VERBS[verb].in_vain} {state}.")
    return Outcome(is_as_wished=True, sentence=VERBS[verb].done)


def go_on(team: Team, *, actor: str) -> bool:
    """Take up a run that has stopped, where it stopped. False where there is none."""
    return "retry" in standing_of(team).can and press(team, "retry", actor=actor).is_as_wished


def _in_vain_because(team: Team, verb: str, standing: Standing) -> str:
    """Why GitHub cannot be asked, where that is what the verb would do first."""
    if verb not in standing.can or verb in possible_without_github(standing):
        return ""
    connection = connection_of(team)
    return connection.closed_because if connection else ""


def _is_fulfilled(verb: str, standing: Standing) -> bool:
    match verb:
        case "pause":
            return standing.is_paused
        case "resume":
            return standing.is_active and not standing.is_paused
        case "cancel":
            return standing.status == Status.FAILED
        case _:  # retry and restart want a run
            return standing.is_active
