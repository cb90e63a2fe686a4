"""What a request does besides answering: to rows, to the queue, to mailboxes, to the outside."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.core import mail
from django.db import connection, transaction

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "TRUNCATE")

#: Savepoints are numbered.
SAVEPOINT = re.compile(r"\bs\d+_x\d+\b")

#: Tables that count tries; who tries in vain is to be counted.
COUNTS = frozenset({"accounts_countedact", "accounts_failedsignin"})


@dataclass
class Effects:
    """What was changed; nothing of it is left, for it was taken back."""

    tables: set[str] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)
    queued: int = 0  #: what would have been done after the transaction: tasks
    mails: int = 0
    calls: list[str] = field(default_factory=list)  #: addresses outside that were asked

    def beside(self, tables: frozenset[str]) -> str:
        """In words, without what happened to these tables; empty for nothing."""
        told = [f"changed {name}" for name in sorted(self.tables - tables)]
        told += [f"queued {self.queued}"] if self.queued else []
        told += [f"sent {self.mails} mails"] if self.mails else []
        return ", ".join([*told, *(f"asked {call}" for call in self.calls)])


def fingerprints() -> dict[str, str]:
    """A hash for each table of the database, of all that is in it."""
    with connection.cursor() as cursor:
        return {name: _fingerprint(cursor, name) for name in _tables(cursor)}


def _tables(cursor: Any) -> list[str]:
    names: list[str] = connection.introspection.table_names(cursor)
    return names


def _fingerprint(cursor: Any, table: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's name
    rows = sorted(repr(row) for row in cursor.fetchall())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


class Watch:
    """Watches requests one after the other, each in a transaction that is taken back."""

    def __init__(self, monkeypatch: Any) -> None:
        self.before = fingerprints()
        self._calls: list[str] = []
        send = httpx.Client.send

        def counted(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
            self._calls.append(str(request.url))
            return send(client, request, **how)

        monkeypatch.setattr(httpx.Client, "send", counted)

    @contextmanager
    def effects(self) -> Iterator[Effects]:
        found = Effects()
        self._calls.clear()
        queued, mails = len(connection.run_on_commit), len(mail.outbox)
        has_written = False

        def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal has_written
            has_written |= sql.lstrip(" (").upper().startswith(WRITES)
            found.statements.append(SAVEPOINT.sub("…", sql))
            return execute(sql, params, many, context)

        with undone():
            with connection.execute_wrapper(noted):
                yield found
            if has_written:
                after = fingerprints()
                found.tables = {name for name, now in after.items() if now != self.before[name]}
            found.queued = len(connection.run_on_commit) - queued
            found.mails = len(mail.outbox) - mails
            found.calls = list(self._calls)
        del mail.outbox[mails:]


@contextmanager
def undone() -> Iterator[None]:
    """A transaction, or one within another, that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
