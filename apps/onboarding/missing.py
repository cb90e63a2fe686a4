"""What a history that was read to its end still lacks, of one team or of many."""

from collections.abc import Sequence
from enum import Enum

from django.db.models import Q

from apps.github.models import Connection, PullRequest, TrackedRepository
from apps.llm.models import PullRequestAnalysis
from apps.onboarding.words import state_in_words
from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.models import Team
from apps.teams.stages import history_in_words

PENDING = PullRequestAnalysis.LlmState.PENDING
COMPLETED = TrackedRepository.SyncStatus.COMPLETED


class Missing(Enum):
    """The gravest thing that is missing, as a part of a sentence."""

    NOTHING = ""
    PULL_REQUESTS = "with gaps"
    ANALYSES = "but not analysed in full"


def complete_in_words(team: Team, missing: Missing) -> str:
    """What is said of a run that has come to its end, without a full stop."""
    if missing == Missing.NOTHING:
        return f"All {history_in_words(team)} are read"
    return f"The last {history_in_words(team)} are read, {missing.value}"


def states_in_words(teams: Sequence[Team]) -> list[str]:
    """What each team's import does, as its own page says it; three queries for any number."""
    complete = [team for team in teams if team.onboarding_pipeline_status == Status.COMPLETE]
    missing = dict.fromkeys(_not_analysed(complete), Missing.ANALYSES)
    missing |= dict.fromkeys(_with_gaps(complete), Missing.PULL_REQUESTS)
    closed = _cut_off(teams)
    return [
        _state_in_words(team, missing.get(team.pk, Missing.NOTHING))
        + (". GitHub is not connected any more" if team.pk in closed else "")
        for team in teams
    ]


def _state_in_words(team: Team, missing: Missing) -> str:
    if team.onboarding_pipeline_status == Status.COMPLETE:
        return complete_in_words(team, missing)
    return state_in_words(standing_of(team), team)


def _with_gaps(teams: Sequence[Team]) -> set[int]:
    chosen = TrackedRepository.objects.filter(team__in=teams, is_selected=True)
    return set(chosen.exclude(sync_status=COMPLETED).values_list("team_id", flat=True))


def _not_analysed(teams: Sequence[Team]) -> set[int]:
    """Teams with a pull request that no step has looked at, or that the model owes an answer."""
    owed = PullRequest.objects.filter(
        Q(analysis__isnull=True) | Q(analysis__llm_state=PENDING),
        team__in=teams,
        repository__is_selected=True,
    )
    return set(owed.order_by().values_list("team_id", flat=True).distinct())


def _cut_off(teams: Sequence[Team]) -> set[int]:
    closed = Connection.objects.filter(team__in=teams).exclude(closed_because="")
    return set(closed.values_list("team_id", flat=True))
