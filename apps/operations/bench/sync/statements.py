"""Counting what goes over the database connection, and what a batch of rows costs."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from apps.github.models import PullRequest

#: Django sends BEGIN as a statement on SQLite and not on PostgreSQL: left out, to be comparable.
NOT_COUNTED = re.compile("BEGIN", re.IGNORECASE)


@dataclass
class Statements:
    """What `counted` has seen so far."""

    total: int = 0
    batches: list[int] = field(default_factory=list)  #: of each transaction with such rows

    @property
    def of_a_batch(self) -> float:
        """The median; 0 if nothing was stored."""
        return median(self.batches) if self.batches else 0

    @property
    def of_the_largest(self) -> int:
        return max(self.batches, default=0)


class _Transaction:
    """One transaction as it goes by. Called at its commit, it hands in what it has counted."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self.count = 0
        self.stores = False

    def __call__(self) -> None:
        if self.stores:
            self._statements.batches.append(self.count)

    def is_open(self) -> bool:
        return any(callback is self for _, callback, *_ in connection.run_on_commit)


@contextmanager
def counted(rows: type[Model] = PullRequest) -> Iterator[Statements]:
    """
    Count the statements of this thread's connection; those of a rollback count in `total`.

    :param rows: transactions that insert such ones are the batches.
    """
    statements = Statements()
    storing = f"INSERT INTO {connection.ops.quote_name(rows._meta.db_table)} "
    current = _Transaction(statements)

    def count(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        nonlocal current
        if not NOT_COUNTED.match(sql):
            statements.total += 1
            if connection.in_atomic_block:
                if not current.is_open():
                    current = _Transaction(statements)
                    transaction.on_commit(current)
                current.count += 1
                current.stores = current.stores or sql.startswith(storing)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield statements
