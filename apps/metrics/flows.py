"""Facts into rows of PullRequestFlow, one each."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from apps.core.plain_insert import insert
from apps.metrics.facts import Facts
from apps.metrics.formulas import DURATIONS
from apps.metrics.models import PullRequestFlow
from apps.teams.models import Team

ROWS_A_STATEMENT = 500
COLUMNS = [field.attname for field in PullRequestFlow._meta.concrete_fields]
REPLACED = [field.name for field in PullRequestFlow._meta.concrete_fields if not field.primary_key]


def flow_rows(
    team: Team, pull_requests: Iterable[Facts], *, now: datetime
) -> list[PullRequestFlow]:
    """The rows, not saved; days are days of the team's zone."""
    return [_row(team.pk, team.zone, facts, now) for facts in pull_requests]


def replace_flows(team: Team, rows: Iterable[PullRequestFlow]) -> None:
    """Make these the team's only ones; to be called in a transaction."""
    PullRequestFlow.objects.filter(team=team).delete()
    left = iter(rows)
    while some := list(islice(left, ROWS_A_STATEMENT)):
        insert(PullRequestFlow, ({name: getattr(row, name) for name in COLUMNS} for row in some))


def update_flows(rows: Iterable[PullRequestFlow]) -> None:
    """Add or rewrite these and leave all others; to be called in a transaction."""
    PullRequestFlow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pull_request"],
        update_fields=REPLACED,
        batch_size=ROWS_A_STATEMENT,
    )


def _row(team_id: int, zone: ZoneInfo, facts: Facts, now: datetime) -> PullRequestFlow:
    flow = facts.flow
    durations = {name: of(flow) if flow else None for name, of in DURATIONS.items()}
    return PullRequestFlow(
        pull_request_id=facts.pk,
        team_id=team_id,
        repository_id=facts.repository_id,
        author_id=facts.author,
        is_by_person=facts.by_person,
        is_to_default_branch=facts.is_to_default_branch,
        state=facts.state,
        is_draft=facts.is_draft,
        created_at=facts.created_at,
        created_on=facts.created_at.astimezone(zone).date(),
        updated_at=facts.updated_at,
        closed_at=facts.closed_at,
        merged_at=facts.merged_at,
        merged_on=facts.merged_at.astimezone(zone).date() if facts.merged_at else None,
        ready_at=flow.ready if flow else facts.ready_at,
        first_review_at=_first_review(facts),
        reviews_known=facts.reviews_known,
        reviewers=sorted({review.reviewer for review in facts.reviews}),
        unclear_start=flow is not None and flow.first_commit is None,
        size=facts.size,
        review_rounds=facts.rounds,
        reverted_at=facts.reverted_at,
        is_hotfix=facts.is_hotfix,
        ai_class=facts.ai_class,
        fetched_at=facts.fetched_at or now,
        computed_at=now,
        **durations,
    )


def _first_review(facts: Facts) -> datetime | None:
    """Before the merge, of a merged one; None too where earlier reviews are missing."""
    if facts.flow:
        return facts.flow.first_review
    known = facts.reviews if facts.reviews_known else ()
    return min((review.at for review in known), default=None)
