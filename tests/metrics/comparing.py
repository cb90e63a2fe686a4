"""Pull requests as a comparison sees them: no database."""

from datetime import date, timedelta
from itertools import count

from apps.metrics.comparison.observing import Observed

MONDAY = date(2026, 5, 4)
_numbers = count(1)


def observed(
    ai_class: str = "D", *, author: int = 1, repository: str = "owner/one", **of
) -> Observed:
    """Merged in one and the same week unless told otherwise; `of` are its values."""
    week = MONDAY + timedelta(weeks=of.pop("week", 0))
    band = of.pop("size_band", "m")
    is_merged = of.pop("is_merged", True)
    return Observed(
        pk=next(_numbers),
        author=author,
        repository=repository,
        week=week,
        ai_class=ai_class,
        is_merged=is_merged,
        size_band=band,
        values={"merged": float(is_merged), **of},
    )
