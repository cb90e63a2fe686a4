"""How much each person reviewed, read in one statement."""

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from apps.github.models import Person, Review
from apps.metrics.children import SUBMITTED
from apps.metrics.models import PullRequestFlow
from apps.metrics.selection.rows import Span


@dataclass(frozen=True)
class Reviewer:
    person: int  #: primary key of the one under whom the work is counted
    login: str
    reviews: int  #: given in the period on others' pull requests, bots' and other branches' too
    pull_requests: int  #: on so many different ones


def read_reviewers(
    flows: QuerySet[PullRequestFlow], period: Span, activity: Span
) -> tuple[Reviewer, ...]:
    """Everybody who reviewed one of these in one of the two spans; one statement."""
    inside = period.holds("submitted_at")
    rows = (
        Review.objects.filter(
            inside | activity.holds("submitted_at"),
            pull_request__flow__in=flows.order_by(),
            author__kind=Person.Kind.USER,
            author__counts_as_bot=False,
            state__in=SUBMITTED,
        )
        .annotate(person=Coalesce("author__same_as", "author"))
        .exclude(person=F("pull_request__flow__author"))
        .order_by()
        .values("person", login=Coalesce("author__same_as__login", "author__login"))
        .annotate(
            reviews=Count("pk", filter=inside),
            pull_requests=Count("pull_request", filter=inside, distinct=True),
        )
    )
    return tuple(
        Reviewer(
            person=row["person"],
            login=row["login"],
            reviews=row["reviews"],
            pull_requests=row["pull_requests"],
        )
        for row in rows
    )
