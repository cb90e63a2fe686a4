"""How far the whole import is: the steps behind it, and a share of the one that runs."""

from collections.abc import Sequence

from django.db.models import Count, F, Q

from apps.core.history import recent_window
from apps.github.models import TrackedRepository
from apps.llm.models import PullRequestAnalysis
from apps.pipeline.machine import Status
from apps.pipeline.standing import Standing
from apps.teams.models import Team


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
    """The repositories' mean; one that still tells of an earlier window is at its beginning."""
    started = team.onboarding_pipeline_started_at
    if started is None or not repositories:
        return 0
    since = recent_window(started, two_phase=team.pipeline_two_phase).since
    read = [row.sync_progress for row in repositories if row.sync_since == since]
    return sum(read) // len(repositories)


def _analysed(team: Team) -> int:
    """Of all pull requests, those whose present text the model owes nothing to."""
    is_settled = ~Q(analysis__llm_state=PullRequestAnalysis.LlmState.PENDING) & Q(
        analysis__marked_fetched_at=F("fetched_at")
    )
    counts = team.pull_requests.filter(repository__is_selected=True).aggregate(
        all=Count("pk"), settled=Count("pk", filter=is_settled)
    )
    return 100 * counts["settled"] // counts["all"] if counts["all"] else 0
