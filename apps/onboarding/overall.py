"""How far the whole import is: the steps behind it, and a share of the one that runs."""

from collections.abc import Sequence

from django.db.models import Count, F, Q

from apps.github.models import TrackedRepository
from apps.llm.models import PullRequestAnalysis
from apps.onboarding.repository_rows import is_listed, recent_since
from apps.pipeline.machine import Status
from apps.pipeline.standing import Standing
from apps.teams.models import Team

_FAILED = TrackedRepository.SyncStatus.FAILED


def percent_of_run(
    team: Team, standing: Standing, repositories: Sequence[TrackedRepository]
) -> int:
    """
    0 to 100; it never falls within a run, and is 100 only at its end.

    A step's share is counted by what never falls within it, and is left out where there is no such
    thing. A run that has stopped stays where it stopped.
    """
    steps = len(standing.steps) - 1
    behind = len(standing.done)
    if behind >= steps:
        return standing.percent
    return (100 * behind + min(_percent_of_step(team, repositories), 99)) // steps


def _percent_of_step(team: Team, repositories: Sequence[TrackedRepository]) -> int:
    match Status(team.pipeline_failed_step or team.onboarding_pipeline_status):
        case Status.SYNCING:
            return _read(team, repositories)
        case Status.LLM_PROCESSING:
            return _analysed(team)
        case Status.BACKGROUND_SYNCING:
            return team.background_sync_progress
        case Status.BACKGROUND_LLM:
            return team.background_llm_progress
        case _:
            return 0


def _read(team: Team, repositories: Sequence[TrackedRepository]) -> int:
    """
    By counts over all repositories, once it is known how many pull requests there are.

    A repository's share is its own percentage, which never falls; its weight is what it has listed.
    That still grows where a list is looked at again, but then all of it is fetched, so that the
    whole does not fall either. One that tells of an earlier window is at its beginning.
    """
    since = recent_since(team)
    is_known = all(
        row.sync_since == since and (is_listed(row) or row.sync_status == _FAILED)
        for row in repositories
    )
    total = sum(row.sync_prs_total for row in repositories)
    if since is None or not is_known or not total:
        return 0
    return sum(row.sync_progress * row.sync_prs_total for row in repositories) // total


def _analysed(team: Team) -> int:
    """Of all pull requests, those whose present text the model owes nothing to."""
    is_settled = ~Q(analysis__llm_state=PullRequestAnalysis.LlmState.PENDING) & Q(
        analysis__marked_fetched_at=F("fetched_at")
    )
    counts = team.pull_requests.filter(repository__is_selected=True).aggregate(
        all=Count("pk"), settled=Count("pk", filter=is_settled)
    )
    return 100 * counts["settled"] // counts["all"] if counts["all"] else 0
