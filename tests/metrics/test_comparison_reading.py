"""A page's comparison is the one that the facts give."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.metrics.comparison.comparing import compare
from apps.metrics.comparison.observing import observe
from apps.metrics.comparison.reading import comparison_of
from apps.metrics.facts import load
from apps.metrics.measure import measure
from apps.metrics.models import PullRequestFlow
from tests.claims import claim
from tests.factories import (
    CommitFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


def fill(repository) -> None:
    """Sixty of two authors in one week, with and without AI, some reviewed, some only closed."""
    authors = [PersonFactory(team=repository.team) for _ in range(2)]
    reviewer = PersonFactory(team=repository.team)
    merged_at = NOW - timedelta(days=20)
    for n in range(60):
        is_merged = n % 10 != 0
        created_at = merged_at - timedelta(hours=10 + n % 7)
        change = PullRequestFactory(
            repository=repository,
            author=authors[n // 3 % 2],
            state="merged" if is_merged else "closed",
            created_at=created_at,
            ready_at=created_at,
            merged_at=merged_at if is_merged else None,
            closed_at=merged_at,
            updated_at=merged_at,
        )
        PullRequestAnalysisFactory(pull_request=change, ai_class="BDD"[n % 3])
        CommitFactory(pull_request=change, authored_at=created_at - timedelta(hours=1))
        if n % 4:
            ReviewFactory(
                pull_request=change,
                author=reviewer,
                submitted_at=created_at + timedelta(hours=n % 5),
            )


def test_rows_and_facts_give_the_same_comparison(django_assert_num_queries):
    repository = TrackedRepositoryFactory()
    fill(repository)
    team = repository.team
    measure(claim(team), since=SINCE, now=NOW)

    with django_assert_num_queries(1):
        flows = PullRequestFlow.objects.filter(team=team)
        of_rows = comparison_of(flows, since=SINCE, until=NOW, now=NOW, zone=team.zone)

    of_facts = compare(observe(load(team.pk, since=SINCE), now=NOW, zone=team.zone))
    assert of_rows.headline.plain.effect == of_facts.headline.plain.effect
    for mine, theirs in zip(of_rows.rows, of_facts.rows, strict=True):
        assert (mine.plain.effect, mine.verdict) == (theirs.plain.effect, theirs.verdict)
        assert mine.plain.ai.n == theirs.plain.ai.n
    assert of_rows.row("merged").plain.ai.n == 20


def test_what_ended_outside_of_the_period_is_not_compared():
    repository = TrackedRepositoryFactory()
    fill(repository)
    measure(claim(repository.team), since=SINCE, now=NOW)

    late = NOW - timedelta(days=19)
    flows = PullRequestFlow.objects.filter(team=repository.team)
    table = comparison_of(flows, since=late, until=NOW, now=NOW, zone=repository.team.zone)

    assert {row.plain.ai.n for row in table.rows} == {0}
