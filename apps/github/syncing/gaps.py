"""Pull requests that are known and could not be fetched."""

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.github.models import PullRequestKey


def gaps_since(column: str, narrowed: Q | None = None) -> Coalesce:
    """
    For `annotate` on `TrackedRepository`: its gaps among what was updated since that column's time.

    :param narrowed: which of the keys count; None: all.
    """
    keys = PullRequestKey.objects.filter(
        narrowed or Q(),
        repository=OuterRef("pk"),
        state=PullRequestKey.State.GAP,
        updated_at__gte=OuterRef(column),
    )
    number = keys.order_by().values("repository").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)
