"""The model that travels, as the pipeline sees it: by setting, never by import."""

from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models.sql import UpdateQuery

from apps.pipeline.models import PipelineModel


def model() -> type[PipelineModel]:
    """The model named by PIPELINE_MODEL."""
    found: type[PipelineModel] = apps.get_model(settings.PIPELINE_MODEL)
    return found


def rows() -> models.QuerySet[Any]:
    """All rows, without the guard that keeps others from writing the pipeline's columns."""
    return models.QuerySet(model())


def locked(team_id: int, *, skip_locked: bool = False) -> models.QuerySet[Any]:
    """
    One row, locked until the transaction ends.

    SQLite has no row locks; there BEGIN IMMEDIATE has locked the whole database already.
    """
    if not connection.features.has_select_for_update:
        return rows().filter(pk=team_id)
    return rows().select_for_update(skip_locked=skip_locked, of=("self",)).filter(pk=team_id)


def update_and_load(one: models.QuerySet[Any], **values: Any) -> Any | None:
    """
    Write columns of a row and return the row as it then is, or None where none was found.

    One statement (UPDATE … RETURNING, which Django's queries do not know), so nobody can come
    between the writing and the reading, and a claim is one round trip shorter.
    """
    query = cast(UpdateQuery, one.query.chain(UpdateQuery))
    query.add_update_values(values)
    statement, parameters = query.get_compiler(connection=connection).as_sql()
    columns = (connection.ops.quote_name(f.column) for f in one.model._meta.concrete_fields)
    # All of the answer is read: SQLite commits only then.
    found = list(one.raw(f"{statement} RETURNING {', '.join(columns)}", parameters))
    return found[0] if found else None
