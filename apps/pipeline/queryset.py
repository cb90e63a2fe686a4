"""A QuerySet that writes ordinary columns of rows that travel, and refuses the pipeline's."""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models


class PipelineQuerySet(models.QuerySet[Any]):
    """Refuses to write the pipeline's columns: such a write would mint no ticket, send no task."""

    def update(self, **values: Any) -> int:
        self._refuse(values)
        return super().update(**values)

    def bulk_update(
        self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        fields = list(fields)
        self._refuse(fields)
        return super().bulk_update(objs, fields, batch_size)

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Any]:
        self._refuse(update_fields or ())
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )

    def _refuse(self, names: Iterable[str]) -> None:
        if written := set(names) & set(self.model.PIPELINE_COLUMNS):
            raise FieldError(
                f"{', '.join(sorted(written))}: only the pipeline writes these; "
                "use apps.pipeline.moves.move()"
            )
