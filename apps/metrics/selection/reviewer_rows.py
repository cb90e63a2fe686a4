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
    """
    Everybody who reviewed one of these in one of the two spans; one statement.

    Who is a person, and whose own a pull request is, as `children.reviews_of` has it.

    :param activity: ends with the period and begins no later.
    """
    inside = period.holds("submitted_at")
    rows = (
        Review.objects.filter(
            activity.holds("submitted_at"),
            pull_request__in=flows.order_by().values("pk"),
            author__kind=Person.Kind.USER,
            author__counts_as_bot=False,
            state__in=SUBMITTED,
        )
        .annotate(
            person=Coalesce("author__same_as_id", "author_id"),
            # Of the pull request's row, not of its flow: SQLite joins one table less, twice as fast
            by=Coalesce("pull_request__author__same_as_id", "pull_request__author_id"),
        )
        .exclude(person=F("by"))
        .order_by()
        .values("person", login=Coalesce("author__same_as__login", "author__login"))
        .annotate(
            reviews=Count("pk", filter=inside),
            pull_requests=Count("pull_request", filter=inside, distinct=True),
        )
        .values_list("person", "login", "reviews", "pull_requests")
    )
    return tuple(Reviewer(*row) for row in rows)
