"""Settings of teams that mean nothing any more: kept, and reported where somebody looks."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

from apps.insights.limits import is_known
from apps.insights.models import RuleSetting


@checks.register(checks.Tags.database)
def every_setting_is_known(
    databases: Sequence[str] | None = None, **_arguments: Any
) -> list[checks.CheckMessage]:
    """W001: a stored threshold that no rule reads. By `check --database default`, and migrate."""
    stored = [
        row
        for alias in databases or ()
        if _is_migrated(alias)
        for row in RuleSetting.objects.using(alias).values_list("rule", "key").distinct()
    ]
    unknown = sorted({f"{rule}.{key}" for rule, key in stored if not is_known(rule, key)})
    return [
        checks.Warning(
            f"Some team has set {name}, which no rule reads.",
            hint="Rename the rows of RuleSetting, or delete them in the admin.",
            id="insights.W001",
        )
        for name in unknown
    ]


def _is_migrated(alias: str) -> bool:
    """`migrate` asks before it makes the table."""
    return RuleSetting._meta.db_table in connections[alias].introspection.table_names()
