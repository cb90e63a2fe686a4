"""A team's rows as values that two runs can be compared by: no ids, no clock columns."""

from typing import Any

from apps.github.models import ChangedFile, Commit, PullRequest, Review
from apps.insights.models import Insight
from apps.llm.models import Evidence, PullRequestAnalysis
from apps.metrics.models import MemberWeek, TeamWeek
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team

#: Ids, foreign keys by id, and what the clock of the run wrote.
LEFT_OUT = {
    *("id", "team_id", "repository_id", "author_id", "merged_by_id", "pull_request_id"),
    *("analysis_id", "member_id", "fetched_at", "computed_at", "history_starts_at"),
    "marked_fetched_at",
    *("created", "modified"),
}


def rows_of(team: Team) -> dict[str, list[tuple[Any, ...]]]:
    """Every durable row of a team by table, each with its natural key in front, sorted."""
    pull_request = ("pull_request__repository__name_with_owner", "pull_request__number")
    analysed = tuple(f"analysis__{name}" for name in pull_request)
    return {
        "pull requests": values(
            PullRequest.objects.filter(team=team),
            *("repository__name_with_owner", "author__login", "merged_by__login"),
        ),
        "reviews": values(
            Review.objects.filter(pull_request__team=team), *pull_request, "author__login"
        ),
        "commits": values(Commit.objects.filter(pull_request__team=team), *pull_request),
        "files": values(ChangedFile.objects.filter(pull_request__team=team), *pull_request),
        "analyses": values(PullRequestAnalysis.objects.filter(team=team), *pull_request),
        "evidence": values(Evidence.objects.filter(analysis__team=team), *analysed),
        "team weeks": values(TeamWeek.objects.filter(team=team)),
        "member weeks": values(MemberWeek.objects.filter(team=team), "member__login"),
        "insights": values(Insight.objects.filter(team=team)),
    }


def values(queryset: Any, *keys: str) -> list[tuple[Any, ...]]:
    columns = [
        field.attname
        for field in queryset.model._meta.concrete_fields
        if field.attname not in LEFT_OUT
    ]
    found = queryset.values_list(*keys, *columns)
    return sorted(tuple(map(str, row)) for row in found)


def journey_of(team: Team) -> list[tuple[str, str]]:
    """The real transitions of a team's log, in order: (source, target)."""
    log = PipelineTransition.objects.filter(team=team).order_by("ticket")
    return [(row.source, row.target) for row in log if row.source != row.target]


def tickets_of(team: Team) -> list[int]:
    log = PipelineTransition.objects.filter(team=team).order_by("ticket")
    return list(log.values_list("ticket", flat=True))
