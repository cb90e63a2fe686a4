"""The database's clock: the one clock that all workers share."""

from datetime import datetime

from django.db.models.functions import Now

from apps.pipeline.rows import rows


def database_now() -> datetime | None:
    """The database's time; None while there is no row at all (and so nothing to compare with)."""
    now: datetime | None = rows().values_list(Now(), flat=True).first()
    return now
