"""How much each person reviewed, read in one statement."""

from dataclasses import dataclass

from django.db.models import Count, F
from django.db.models.functions import Coalesce

from apps.github.models import Person, Review
from apps.metrics.children import SUBMITTED
from apps.metrics.selection.chosen import Chosen, passes
from apps.metrics.selection.rows import Span
from apps.teams.models import Team


@dataclass(frozen=True)
class Reviewer:
    person: int  #: primary key of the one under whom the work is counted
    login: str
    reviews: int  #: given in the period on others' pull requests, bots' and other branches' too
    pull_requests: int  #: on so many different ones


def read_reviewers(
    team: Team, chosen: Chosen, period: Span, activity: Span
) -> tuple[Reviewer, ...]:
    """
    Everybody who reviewed in one of the two spans what passes the filters; one statement.

    :param activity: ends with the period and begins no later.
    """
    inside = period.holds("submitted_at")
    rows = (
        Review.objects.filter(
            activity.holds("submitted_at"),
            passes(chosen, at="pull_request__flow__"),
            pull_request__flow__team=team,
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
        .values_list("person", "login", "reviews", "pull_requests")
    )
    return tuple(Reviewer(*row) for row in rows)
