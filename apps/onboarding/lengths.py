"""How far back a team wants its history read, and how far that is done."""

from datetime import timedelta

from django.utils import timezone

from apps.core.history import history_start
from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.models import Team
from apps.teams.stages import length_in_words


def set_length(team: Team, own_days: int | None) -> str:
    """
    Store it, for the runs that begin from now on; the sentence for whoever did.

    :param own_days: None: as long as the installation says.
    """
    before = _reach(team.history_days)
    Team.objects.filter(pk=team.pk).update(history_days=own_days)
    team.history_days = own_days
    wanted = length_in_words(own_days)
    if _reach(own_days) > before:
        return f"The last {wanted} are read from the next run on."
    if _reach(own_days) < before:
        return (
            f"Only the last {wanted} are looked at from the next run on. Nothing is deleted: what"
            " was read before stays, in the numbers too."
        )
    return f"The last {wanted} are read, as before."


def lacks_older_days(team: Team) -> bool:
    """Whether the team is at rest and wants more days than its last run has read."""
    standing = standing_of(team)
    if team.onboarding_pipeline_status == Status.NOT_STARTED or standing.is_active:
        return False
    return _reach(team.history_days) > _reach(team.pipeline_history_days)


def _reach(own_days: int | None) -> timedelta:
    """For comparison: the installation's own length may be in months."""
    now = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return now - history_start(now, days=own_days)
