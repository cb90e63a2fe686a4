"""What a team's import looks like at this moment, for whoever watches it: a page, a tool."""

from django.utils import timezone

from apps.accounts.models import User
from apps.onboarding.places import connection_of
from apps.onboarding.progress import Facts, facts_of
from apps.pipeline.recovery import recover, silence_of
from apps.pipeline.standing import standing_of
from apps.teams.access import is_admin
from apps.teams.models import Team


def facts_now(team: Team, watcher: User, *, minutes_shown: str = "") -> Facts:
    """
    Read how far it is. A row that is found silent is sent again first, by recovery.

    :param minutes_shown: what the watcher's page says of the time left, as it has come.
    """
    if _is_silent(team) and recover(team_id=team.pk, actor="status page"):
        team.refresh_from_db()
    return facts_of(
        team,
        connection=connection_of(team),
        may_move=is_admin(watcher, team),
        minutes_shown=_minutes_in(minutes_shown),
    )


def _minutes_in(named: str) -> int | None:
    """It decides about nothing but the page's own next words."""
    return int(named) if named.isascii() and named.isdigit() and len(named) < 5 else None


def _is_silent(team: Team) -> bool:
    """By this machine's clock and without a query; recovery then asks the database's."""
    standing = standing_of(team)
    watched = standing.is_active and not standing.is_paused
    return watched and silence_of(team, timezone.now()) is not None
