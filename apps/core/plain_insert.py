"""INSERT of many plain rows: what `bulk_create` does, without a model instance for each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
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
        one order: text, numbers, booleans, moments with a zone, days, lists (as JSON), or None.
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
                statement(connection, model._meta.db_table, some), values(connection, some)
            )


def statement(connection: BaseDatabaseWrapper, table: str, rows: Sequence[Row]) -> str:
    """The INSERT, with a place for each value."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in rows[0])
    place = f"({', '.join(['%s'] * len(rows[0]))})"
    places = ", ".join([place] * len(rows))
    return f"INSERT INTO {quote(table)} ({columns}) VALUES {places}"  # noqa: S608 - names of ours


def values(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> list[Any]:
    """All values in the order of the columns, as the database takes them."""
    return [_adapted(connection, value) for row in rows for value in row.values()]


def _adapted(connection: BaseDatabaseWrapper, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return connection.ops.adapt_json_value(value, None) if isinstance(value, list) else value
