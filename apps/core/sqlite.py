"""SQLite as it was built, not as it was in 2008."""

import sqlite3
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def allow_large_statements(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """
    Let a bulk write be one statement: Django 5.2 cuts it after 999 values, SQLite takes 250,000.

    A receiver of `connection_created`. Django 6.0 asks SQLite itself, then this module can go.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit
