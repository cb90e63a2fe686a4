"""Accounts as rows: found or made, a batch at a time."""

from collections.abc import Iterable

from apps.github.facts import Account
from apps.github.models import Person

AccountKey = tuple[str, str]


class People:
    """
    The team's people by login and kind, remembered while a sync runs.

    Most batches meet nobody new and cost no statement.
    """

    def __init__(self, team_id: int) -> None:
        self._team_id = team_id
        self._ids: dict[AccountKey, int] = {}

    def ids_of(self, accounts: Iterable[Account]) -> dict[AccountKey, int]:
        """The rows' ids, made where missing; inside the caller's transaction."""
        unknown = {account.key: account for account in accounts if account.key not in self._ids}
        if unknown:
            self._make(unknown.values())
            self._ids |= self._find(unknown)
        return self._ids

    def forget(self) -> None:
        """Look everybody up anew: a transaction that made rows was rolled back."""
        self._ids.clear()

    def _make(self, accounts: Iterable[Account]) -> None:
        Person.objects.bulk_create(
            [person(self._team_id, account) for account in accounts], ignore_conflicts=True
        )

    def _find(self, keys: Iterable[AccountKey]) -> dict[AccountKey, int]:
        wanted = set(keys)
        found = Person.objects.filter(
            team_id=self._team_id, login__in={login for login, _ in wanted}
        ).values_list("login", "kind", "pk")
        return {(login, kind): pk for login, kind, pk in found if (login, kind) in wanted}


def person(team_id: int, account: Account) -> Person:
    """The row of an account, not saved."""
    return Person(
        team_id=team_id,
        login=account.login,
        kind=account.kind,
        github_id=account.github_id,
        name=account.name[:255],
    )
