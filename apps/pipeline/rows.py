"""The model that travels, as the pipeline sees it: by setting, never by import."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

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
