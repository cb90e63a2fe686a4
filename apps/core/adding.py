"""INSERT of rows of sums, which adds to the rows that are there: one statement, in any database."""

from collections.abc import Collection, Iterable

from django.db import connections, models, router

from apps.core.plain_insert import Row, statement, values


def add(
    model: type[models.Model], rows: Iterable[Row], *, key: Collection[str], sums: Iterable[str]
) -> None:
    """
    Write rows inside the caller's transaction; to those whose key is there the sums are added.

    Two writers of one row at once add up. Like `plain_insert.insert`, it knows no defaults; rows
    are few, and no two of them have the same key.

    :param key: columns of a unique constraint.
    """
    connection = connections[router.db_for_write(model)]
    some = list(rows)
    if not some:
        return
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    added = ", ".join(
        f"{quote(name)} = {table}.{quote(name)} + EXCLUDED.{quote(name)}" for name in sums
    )
    conflict = f"ON CONFLICT ({', '.join(map(quote, key))}) DO UPDATE SET {added}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement(connection, model._meta.db_table, some)} {conflict}",
            values(connection, some),
        )
