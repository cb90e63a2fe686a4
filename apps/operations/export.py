"""A team's rows as plain values, one at a time, so that any number fits in memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.github.models import ChangedFile, Commit, Person, PullRequest, Review
from apps.insights.models import Insight
from apps.llm.models import LlmUse, PullRequestAnalysis
from apps.metrics.models import TeamWeek
from apps.pipeline.log import PipelineTransition
from apps.teams.models import Team

Row = dict[str, Any]
CHUNK = 500  # rows read from the database at once

TRANSITION_COLUMNS = (
    *("at", "run", "ticket", "verb", "source", "target", "position", "actor", "reason", "task_id"),
)
USE_COLUMNS = (
    *("day", "run", "purpose", "model", "way", "requests", "prompt_tokens", "cached_tokens"),
    *("completion_tokens", "nano_usd"),
)
WEEK_COLUMNS = tuple(
    field.name for field in TeamWeek._meta.concrete_fields if field.name not in ("id", "team")
)


@dataclass(frozen=True)
class Export:
    """One kind of rows: the names of its values in order, and the rows themselves."""

    columns: tuple[str, ...]
    rows: Callable[[Team], Iterator[Row]]


def pull_requests(team: Team) -> Iterator[Row]:
    """
    Every pull request of the selected repositories, by repository and number.

    Spelled as GitHub spells it.
    """
    found = (
        PullRequest.objects.filter(team=team, repository__is_selected=True)
        .select_related("repository", "author", "analysis")
        .annotate(
            files_stored=_count(ChangedFile),
            reviews_stored=_count(Review),
            commits_stored=_count(Commit),
        )
        .order_by("repository__name_with_owner", "number")
    )
    for pull_request in found.iterator(CHUNK):
        yield pull_request_row(pull_request)


def pull_request_row(pull_request: Any) -> Row:
    """
    One pull request with the counts that `pull_requests` adds.

    A deleted author is null, as at GitHub; a pull request not analysed yet is of class U.
    """
    author = pull_request.author
    analysis = getattr(pull_request, "analysis", None)
    return {
        "repository": pull_request.repository.name_with_owner,
        "number": pull_request.number,
        "title": pull_request.title,
        "state": pull_request.state.upper(),
        "author": None if author.kind == Person.Kind.GHOST else author.login,
        "created_at": moment(pull_request.created_at),
        "updated_at": moment(pull_request.updated_at),
        "merged_at": moment(pull_request.merged_at),
        "additions": pull_request.additions,
        "deletions": pull_request.deletions,
        "changed_files": pull_request.changed_files,
        "files": pull_request.files_stored,
        "reviews": pull_request.reviews_stored,
        "commits": pull_request.commits_stored,
        "labels": pull_request.labels,
        "head_ref": pull_request.head_ref,
        "is_draft": pull_request.is_draft,
        "ai_class": analysis.ai_class if analysis else PullRequestAnalysis.AiClass.UNDECIDED.value,
        "is_ai_assisted": bool(analysis and analysis.is_ai_assisted),
        "ai_tools": analysis.tools if analysis else [],
    }


def weeks(team: Team) -> Iterator[Row]:
    """The team's weekly numbers, oldest week first; durations in seconds."""
    yield from _plain(team.weeks.order_by("week_start"), WEEK_COLUMNS)


def insights(team: Team) -> Iterator[Row]:
    """Every insight that holds, with the numbers and the pull requests behind it."""
    found = Insight.objects.filter(team=team).open().order_by("period_start", "rule", "pk")
    for insight in found.prefetch_related("pull_requests__repository").iterator(CHUNK):
        yield {
            "rule": insight.rule,
            "period_start": insight.period_start.isoformat(),
            "period_end": insight.period_end.isoformat(),
            "title": insight.title,
            "sentence": insight.sentence,
            "numbers": insight.numbers,
            "n": insight.n,
            "pull_requests": [
                f"{behind.repository.name_with_owner}#{behind.number}"
                for behind in insight.pull_requests.all()
            ],
            "first_seen_at": moment(insight.first_seen_at),
            "computed_at": moment(insight.computed_at),
        }


def model_use(team: Team) -> Iterator[Row]:
    """What the language model has used up, oldest day first; money in US dollars × 10⁻⁹."""
    found = LlmUse.objects.filter(team=team)
    yield from _plain(found.order_by("day", "run", "purpose", "model", "way"), USE_COLUMNS)


def transitions(team: Team) -> Iterator[Row]:
    """The team's log: every minted ticket, oldest first."""
    found = PipelineTransition.objects.filter(team_id=team.pk).order_by("ticket")
    yield from _plain(found, TRANSITION_COLUMNS)


PULL_REQUEST_COLUMNS = (
    *("repository", "number", "title", "state", "author", "created_at", "updated_at", "merged_at"),
    *("additions", "deletions", "changed_files", "files", "reviews", "commits", "labels"),
    *("head_ref", "is_draft", "ai_class", "is_ai_assisted", "ai_tools"),
)
INSIGHT_COLUMNS = (
    *("rule", "period_start", "period_end", "title", "sentence", "numbers", "n"),
    *("pull_requests", "first_seen_at", "computed_at"),
)
EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "pull-requests": Export(PULL_REQUEST_COLUMNS, pull_requests),
        "weeks": Export(WEEK_COLUMNS, weeks),
        "insights": Export(INSIGHT_COLUMNS, insights),
        "model-use": Export(USE_COLUMNS, model_use),
        "transitions": Export(TRANSITION_COLUMNS, transitions),
    }
)


def moment(value: datetime | None) -> str | None:
    """A moment as GitHub writes it: UTC, whole seconds, with a Z."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(child: type[Model]) -> Coalesce:
    # A subquery for each kind of children: joined together they would multiply.
    counted = (
        child._default_manager.filter(pull_request=OuterRef("pk"))
        .values("pull_request")
        .annotate(stored=Count("pk"))
        .values("stored")
    )
    return Coalesce(Subquery(counted), 0)


def _plain(found: QuerySet[Any], columns: tuple[str, ...]) -> Iterator[Row]:
    for values in found.values(*columns).iterator(CHUNK):
        yield {name: _json_value(values[name]) for name in columns}


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
