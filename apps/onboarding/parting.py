"""Somebody goes from a team: what else of theirs ends with it, and what goes on without them."""

from django.db import transaction

from apps.accounts.models import User
from apps.github.models import Connection, Person
from apps.metrics import own_rules
from apps.teams import people
from apps.teams.models import Membership, Team


@transaction.atomic
def remove(team: Team, pk: int, *, by: User) -> tuple[str, str]:
    """
    As `people.remove`, which gives the first sentence; the second is a warning, mostly empty.

    Their account at GitHub stays as it is counted, merged or told from a bot; that it is theirs is
    no longer said, and this is written down like any other change of it.
    """
    warning = still_reads_as(team, team.memberships.get(pk=pk))
    own_rules.belongs_to(team, pk, None, user=by)
    return people.remove(team, pk, by=by), warning


@transaction.atomic
def leave(team: Team, *, user: User) -> None:
    """As `people.leave`, with what `remove` does."""
    own_rules.belongs_to(team, team.memberships.get(user=user).pk, None, user=user)
    people.leave(team, user=user)


def still_reads_as(team: Team, membership: Membership) -> str:
    """That the team reads GitHub by the token of who goes; empty where it does not."""
    login = Connection.objects.filter(
        team=team, kind__in=(Connection.Kind.OAUTH, Connection.Kind.TOKEN)
    ).values_list("viewer_login", flat=True)
    theirs = Person.objects.filter(team=team, membership=membership, login__in=login).first()
    if theirs is None:
        return ""
    return (
        f"The team still reads GitHub as {theirs.login}."
        " An admin can connect it by somebody else under Connection."
    )
