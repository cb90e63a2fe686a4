"""The only way from a request to a team: through the memberships of the person who asks."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404

from apps.accounts.models import User
from apps.teams.models import Membership, Team


def team_of(user: User, slug: str) -> Team:
    """
    The team of that slug, if the user is in it.

    :raises Http404: for a foreign team as for one that does not exist; nobody can tell which.
    """
    return membership_of(user, slug).team


def membership_of(user: User, slug: str, *beside: str) -> Membership:
    """
    The user's membership in the team of that slug, with the team; one statement.

    It also tells whether there is another team, whose names the header then asks for: who has one
    team pays for no list.

    :param beside: rows that belong to the team and are read with it: "team__github".
    :raises Http404: as `team_of`.
    """
    others = Membership.objects.filter(user=user).exclude(pk=OuterRef("pk"))
    memberships = user.memberships.filter(team__slug=slug).annotate(
        is_one_of_several=Exists(others)
    )
    membership = memberships.select_related("team", *beside).first()
    if membership is None:
        raise Http404
    user.has_several_teams = membership.is_one_of_several
    return membership


def administered_team(user: User, slug: str) -> Team:
    """
    The team of that slug, for what only its admins may do.

    :raises Http404: as `team_of`.
    :raises PermissionDenied: for a member who is no admin.
    """
    membership = membership_of(user, slug)
    if not membership.is_admin:
        raise PermissionDenied
    return membership.team


def is_admin(user: User, team: Team) -> bool:
    """Whether to show what `administered_team` would allow."""
    return user.memberships.filter(team=team, role=Membership.Role.ADMIN).exists()
