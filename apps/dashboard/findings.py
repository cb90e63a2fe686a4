"""What stands out: insights with the pull requests behind them, and those ended lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q

from apps.dashboard.references import Reference, reference_of
from apps.github.models import PullRequest
from apps.insights.models import Insight
from apps.teams.models import Team

EVIDENCE_SHOWN = 8  # pull requests named below an insight
ENDED_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    insight: Insight
    last_day: date  #: of its period
    evidence: tuple[Reference, ...]
    more: int  #: pull requests beyond `evidence`
    table: str  #: query of the table with all that its period looks at


@dataclass(frozen=True)
class Findings:
    open: tuple[Finding, ...]
    ended: tuple[Finding, ...]  #: within ENDED_SHOWN, the latest end first


def findings_of(team: Team, *, now: datetime) -> Findings:
    """Two statements. A rule may name thousands of pull requests: only those shown are read."""
    named = (
        PullRequest.objects.select_related("repository")
        .only("number", "title", "repository__name_with_owner")
        .order_by("-updated_at", "pk")[:EVIDENCE_SHOWN]
    )
    insights = (
        team.insights.filter(Q(ended_at=None) | Q(ended_at__gte=now - ENDED_SHOWN))
        .annotate(behind=Count("pull_requests"))
        .order_by("-ended_at", "rule")
        .prefetch_related(Prefetch("pull_requests", named, to_attr="shown"))
    )
    found = [_finding(insight) for insight in insights]
    return Findings(
        open=_those(found, is_open=True),
        ended=_those(found, is_open=False),
    )


def _those(found: Iterable[Finding], *, is_open: bool) -> tuple[Finding, ...]:
    return tuple(one for one in found if (one.insight.ended_at is None) == is_open)


def _finding(insight: Any) -> Finding:
    """:param insight: with the number of its pull requests, `behind`, and the first, `shown`."""
    return Finding(
        insight=insight,
        last_day=insight.period_end - timedelta(days=1),
        evidence=tuple(reference_of(pull_request) for pull_request in insight.shown),
        more=max(0, insight.behind - EVIDENCE_SHOWN),
        table=_table(insight),
    )


def _table(insight: Insight) -> str:
    """Rules about now look at what is open, the others at their days."""
    last_day = insight.period_end - timedelta(days=1)
    if insight.period_start == last_day:
        return "?state=open"
    return f"?from={insight.period_start.isoformat()}&to={last_day.isoformat()}"
