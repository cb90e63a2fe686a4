"""What a team's rows say, as values that two runs can be compared by: no ids, no clock columns."""

from typing import Any

from apps.github.models import ChangedFile, Commit, PullRequest, Review, TrackedRepository
from apps.insights.models import Insight
from apps.llm.models import Evidence, PullRequestAnalysis
from apps.metrics.models import MemberWeek, TeamWeek
from apps.teams.models import Team

#: Ids, foreign keys by id, and what the clock of the run wrote.
LEFT_OUT = frozenset(
    {
        *("id", "team_id", "repository_id", "author_id", "merged_by_id", "pull_request_id"),
        *("analysis_id", "member_id", "fetched_at", "computed_at", "history_starts_at"),
        "first_seen_at",
        *("marked_fetched_at", "llm_answered_at", "created", "modified"),
    }
)
#: Of an analysis: how often a model had to be asked, which one has answered then, and what was said
#: when it did not.
ATTEMPTS = frozenset({"llm_attempts", "llm_model", "llm_reason"})

Rows = dict[str, list[tuple[str, ...]]]


def rows_of(team: Team, *, without: frozenset[str] = frozenset()) -> Rows:
    """Every durable row of a team by table, each with its natural key in front, sorted."""
    left_out = LEFT_OUT | without

    def values(queryset: Any, *keys: str) -> list[tuple[str, ...]]:
        fields = queryset.model._meta.concrete_fields
        columns = [field.attname for field in fields if field.attname not in left_out]
        return sorted(tuple(map(str, row)) for row in queryset.values_list(*keys, *columns))

    pull_request = ("pull_request__repository__name_with_owner", "pull_request__number")
    analysed = tuple(f"analysis__{name}" for name in pull_request)
    return {
        "repositories": sorted(
            tuple(map(str, row))
            for row in TrackedRepository.objects.filter(team=team).values_list(
                "name_with_owner", "is_selected", "sync_status"
            )
        ),
        "pull requests": values(
            PullRequest.objects.filter(team=team),
            *("repository__name_with_owner", "author__identity", "merged_by__identity"),
        ),
        "reviews": values(
            Review.objects.filter(pull_request__team=team), *pull_request, "author__identity"
        ),
        "commits": values(Commit.objects.filter(pull_request__team=team), *pull_request),
        "files": values(ChangedFile.objects.filter(pull_request__team=team), *pull_request),
        "analyses": values(PullRequestAnalysis.objects.filter(team=team), *pull_request),
        "evidence": values(Evidence.objects.filter(analysis__team=team), *analysed),
        "team weeks": values(TeamWeek.objects.filter(team=team)),
        "member weeks": values(MemberWeek.objects.filter(team=team), "member__identity"),
        "insights": values(Insight.objects.filter(team=team).open()),
    }


def differences(expected: Rows, found: Rows) -> list[str]:
    """A sentence for each table that differs, with the first row on either side."""
    told = []
    for table, rows in expected.items():
        missing = [row for row in rows if row not in found[table]]
        extra = [row for row in found[table] if row not in rows]
        if missing or extra or len(rows) != len(found[table]):
            told.append(
                f"{table}: {len(rows)} rows expected, {len(found[table])} found; "
                f"first missing {missing[:1]}, first too many {extra[:1]}"
            )
    return told
