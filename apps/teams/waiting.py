"""Why a run does not move right now, in sentences for people who watch it."""

from apps.pipeline.standing import Standing
from apps.teams.models import Team


def waiting_in_words(standing: Standing, team: Team) -> str:
    """What it waits for, and that it goes on without them; empty while it moves, or at rest."""
    if standing.waits_for == "worker":
        return "Waiting for a worker. It goes on by itself as soon as one is free."
    if not standing.is_active or not standing.error:
        return ""
    if standing.not_before is None:
        return f"{standing.error} It is being tried again; you need not do anything."
    at = f"{standing.not_before.astimezone(team.zone):%H:%M:%S} ({team.time_zone})"
    return f"{standing.error} It is tried again by itself at {at}; you need not do anything."
