"""INSERT of many plain rows: what `bulk_create` does, without a model instance for each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

Row = Mapping[str, Any]


def insert(model: type[models.Model], rows: Iterable[Row]) -> None:
    """
    Write rows in one statement, inside the caller's transaction; in none where there are no rows.

    For tables of many small rows that are only ever written and replaced as a whole. `bulk_create`
    takes several times as long, in Python and not in the database. Nothing else of it is here: no
    defaults, no keys that come back, no conflicts, no signals.

    :param rows: a value for each column but the key, under the column's name ("author_id"), all in
        one order: text, numbers, booleans, moments with a zone, or None.
    """
    connection = connections[router.db_for_write(model)]
    left = list(rows)
    if not left:
        return
    most = connection.features.max_query_params
    size = most // len(left[0]) if most else len(left)
    with connection.cursor() as cursor:
        for start in range(0, len(left), size):
            some = left[start : start + size]
            cursor.execute(
                _statement(connection, model._meta.db_table, some), _values(connection, some)
            )


def _statement(connection: BaseDatabaseWrapper, table: str, rows: Sequence[Row]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in rows[0])
    place = f"({', '.join(['%s'] * len(rows[0]))})"
    places = ", ".join([place] * len(rows))
    return f"INSERT INTO {quote(table)} ({columns}) VALUES {places}"  # noqa: S608 - names of ours


def _values(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> list[Any]:
    adapt = connection.ops.adapt_datetimefield_value
    return [
        adapt(value) if isinstance(value, datetime) else value
        for row in rows
        for value in row.values()
    ]
