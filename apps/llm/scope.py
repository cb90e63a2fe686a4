"""What a team wants to be read: the pull requests of its selected repositories, and no others."""

from django.db.models import QuerySet

from apps.github.models import PullRequest
from apps.llm.models import PullRequestAnalysis
from apps.teams.models import Team


def pull_requests_of(team: Team) -> QuerySet[PullRequest]:
    """
    Those of the selected repositories.

    What was read of a repository that was taken away since is kept, but no longer looked at, and
    above all not sent to anybody.
    """
    return PullRequest.objects.filter(team=team, repository__is_selected=True)


def analyses_of(team: Team) -> QuerySet[PullRequestAnalysis]:
    """The verdicts on `pull_requests_of`."""
    return PullRequestAnalysis.objects.filter(team=team, pull_request__repository__is_selected=True)
