"""
The admins of a team, under its lock.

Whatever changes who is in a team, and as what, takes this lock first: changes come one by one, each
sees what the one before has done, and none leaves the team without an admin. It is the lock of the
team's row, as for changes of how it is counted: with two, two people could wait for each other.
"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.pipeline.rows import locked
from apps.teams.models import Membership, Team

LAST_ADMIN = (
    "You are the last admin of this team. Make somebody else an admin first, or delete the team."
)


class Refused(Exception):
    """The message is a sentence for the person who asked."""


def locked_admins(team: Team) -> list[Membership]:
    """Those who can sign in; in a transaction, which holds the lock until its end."""
    locked(team.pk).first()
    admins = team.memberships.filter(role=Membership.Role.ADMIN, user__is_active=True)
    return list(admins.select_related("user"))


def locked_for(team: Team, by: User) -> list[Membership]:
    """
    As `locked_admins`, for what only admins may do.

    :raises PermissionDenied: for somebody who was an admin when the page was opened, or even when
        the request came, and is none at this moment.
    """
    admins = locked_admins(team)
    if all(admin.user_id != by.pk for admin in admins):
        raise PermissionDenied
    return admins


def must_not_be_last(membership: Membership, admins: Sequence[Membership]) -> None:
    """
    :param admins: as locked: of two who go at once, the second finds the first one gone.
    :raises Refused: if nobody would be left who may change the team.
    """
    if [admin.pk for admin in admins] == [membership.pk]:
        raise Refused(LAST_ADMIN)
