"""Who is in a team and as what: roles, going, and being removed."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.teams.admins import locked_admins, locked_for, must_not_be_last
from apps.teams.invitations import take_back_of
from apps.teams.models import Membership, Team


def people_of(team: Team) -> Sequence[Membership]:
    """By name, with the users."""
    return list(team.memberships.select_related("user").order_by(Lower("user__username")))


def is_last_admin(membership: Membership) -> bool:
    """Whether the team needs this person; without the lock, so for what a page shows."""
    others = membership.team.memberships.filter(role=Membership.Role.ADMIN, user__is_active=True)
    return membership.is_admin and not others.exclude(pk=membership.pk).exists()


@transaction.atomic
def set_role(team: Team, pk: int, *, role: str, by: User) -> str:
    """
    Make an admin of a member, or a member of an admin, and say so; "" where it was so already.

    :param role: one of `Membership.Role`.
    :raises Membership.DoesNotExist: for another team's.
    :raises Refused: for the last admin.
    :raises PermissionDenied: as `locked_for`.
    """
    admins = locked_for(team, by)
    membership = _membership(team, pk)
    if membership.role == role:
        return ""
    name = membership.user.get_username()
    if role == Membership.Role.ADMIN:
        _store(membership, role)
        return f"{name} is an admin now."
    must_not_be_last(membership, admins)
    _store(membership, role)
    taken_back = take_back_of(team, membership.user)
    return f"{name} is a member now, and no admin any more.{_and_invitations(taken_back)}"


@transaction.atomic
def remove(team: Team, pk: int, *, by: User) -> str:
    """
    Take somebody out of the team, and say so. What they did at GitHub stays in the numbers.

    :raises Membership.DoesNotExist: for another team's.
    :raises Refused: for the last admin.
    :raises PermissionDenied: as `locked_for`.
    """
    admins = locked_for(team, by)
    membership = _membership(team, pk)
    must_not_be_last(membership, admins)
    taken_back = _take_out(membership)
    name = membership.user.get_username()
    return f"{name} is not in the team any more.{_and_invitations(taken_back)}"


@transaction.atomic
def leave(team: Team, *, user: User) -> None:
    """
    :raises Membership.DoesNotExist: for who is not in the team.
    :raises Refused: for the last admin.
    """
    admins = locked_admins(team)
    membership = team.memberships.select_related("user").get(user=user)
    must_not_be_last(membership, admins)
    _take_out(membership)


def _membership(team: Team, pk: int) -> Membership:
    return team.memberships.select_related("user").get(pk=pk)


def _store(membership: Membership, role: str) -> None:
    membership.role = role
    membership.save(update_fields=["role", "modified"])


def _take_out(membership: Membership) -> int:
    membership.delete()
    return take_back_of(membership.team, membership.user)


def _and_invitations(count: int) -> str:
    match count:
        case 0:
            return ""
        case 1:
            return " An invitation that they had sent is taken back."
    return f" {count} invitations that they had sent are taken back."
