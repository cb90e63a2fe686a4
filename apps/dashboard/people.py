"""
Who may see whose numbers: a member their own, the team's admins everybody's.

People only, in the order of their names: no apps, no deleted accounts, and of several accounts that
are one person the one under which it is counted.
"""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.dashboard.counting import Account, account_of_row, ordinary_accounts
from apps.github.models import Person
from apps.github.own_accounts import account_of
from apps.teams.access import is_admin
from apps.teams.models import Team

ON_A_PAGE = 50


@dataclass(frozen=True)
class People:
    search: str
    page: Page[Person]
    people: tuple[Account, ...]


def people_of(team: Team, *, search: str, page: str) -> People:
    """For admins. Two statements."""
    shown = Paginator(_people(team, search), ON_A_PAGE).get_page(page)
    return People(search, shown, tuple(account_of_row(row) for row in shown))


def shown_to(user: User, team: Team, pk: int) -> Person | None:
    """
    The person that this account belongs to, if the user may see the numbers; else None.

    None for a colleague as for nobody: one cannot be told from the other.
    """
    found = Person.objects.filter(team=team, pk=pk).select_related("same_as").first()
    person = found and (found.same_as or found)
    if person is None or person.kind != Person.Kind.USER or person.counts_as_bot:
        return None
    return person if is_admin(user, team) or account_of(team, user.pk) == person else None


def _people(team: Team, search: str) -> QuerySet[Person]:
    return ordinary_accounts(team, search).filter(counts_as_bot=False, same_as=None)
