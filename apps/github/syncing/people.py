"""Accounts as rows: found, made, or followed under a new login, a batch at a time."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from apps.github.api.facts import Account, nameless
from apps.github.models import Person

Identity = str


class Known(NamedTuple):
    """What a row says of its account, as far as that can change."""

    pk: int
    login: str
    name: str


class People:
    """
    The team's people by identity, remembered while a sync runs.

    Most batches meet nobody new and cost no statement. One with new or renamed accounts costs at
    most two, and a third where an account shows its id for the first time.
    """

    def __init__(self, team_id: int) -> None:
        self._team_id = team_id
        self._known: dict[Identity, Known] = {}

    def ids_of(self, accounts: Iterable[Account]) -> dict[Identity, int]:
        """
        The rows' ids, made where missing; inside the caller's transaction.

        GitHub tells today's login whatever it is asked about, so the last one seen is written.
        """
        wanted = {account.identity: account for account in accounts}
        unknown = {key: account for key, account in wanted.items() if key not in self._known}
        if unknown:
            self._find(unknown)
        if news := [account for account in wanted.values() if self._is_news(account)]:
            self._write(news)
        return {identity: self._known[identity].pk for identity in wanted}

    def forget(self) -> None:
        """Look everybody up anew: a transaction that made rows was rolled back."""
        self._known.clear()

    def _find(self, unknown: Mapping[Identity, Account]) -> None:
        """Among them rows that were made before GitHub told the account's id."""
        nameless_ones = {nameless(account.kind, account.login) for account in unknown.values()}
        rows = {
            row.identity: row
            for row in Person.objects.filter(
                team_id=self._team_id, identity__in={*unknown, *nameless_ones}
            ).only("identity", "login", "name")
        }
        self._remember(row for identity, row in rows.items() if identity in unknown)
        adopted = []
        for identity, account in unknown.items():
            row = rows.get(nameless(account.kind, account.login))
            if row is not None and identity not in rows:
                row.identity, row.github_id = identity, account.github_id
                adopted.append(row)
        if adopted:
            Person.objects.bulk_update(adopted, ["identity", "github_id"])
            self._remember(adopted)

    def _is_news(self, account: Account) -> bool:
        known = self._known.get(account.identity)
        return known is None or (known.login, known.name) != (account.login, account.name[:255])

    def _write(self, accounts: Collection[Account]) -> None:
        """In one order everywhere, so that two workers do not wait for each other's rows."""
        rows = [person(self._team_id, account) for account in accounts]
        self._remember(
            Person.objects.bulk_create(
                sorted(rows, key=lambda row: row.identity),
                update_conflicts=True,
                unique_fields=["team", "identity"],
                update_fields=["login", "name", "modified"],
            )
        )

    def _remember(self, rows: Iterable[Person]) -> None:
        self._known |= {row.identity: Known(row.pk, row.login, row.name) for row in rows}


def person(team_id: int, account: Account) -> Person:
    """The row of an account, not saved."""
    return Person(
        team_id=team_id,
        identity=account.identity,
        login=account.login,
        kind=account.kind,
        github_id=account.github_id,
        name=account.name[:255],
    )
