"""Finding: run every rule over the team's material and keep what fires, no more and no less."""

import logging
from datetime import datetime

from django.db.models import Q

from apps.insights.material import Material, gather
from apps.insights.models import Insight
from apps.insights.rules import RULES
from apps.insights.rules.finding import Finding
from apps.pipeline.claims import Claim
from apps.teams.models import Team

logger = logging.getLogger(__name__)

STORED = ("title", "sentence", "numbers", "n", "computed_at")


def find(claim: Claim, *, now: datetime) -> None:
    """
    Store what the rules say at `now`, by (team, rule, period); what no longer fires goes.

    Running it again over the same rows stores the same, under the same primary keys. A rule that
    fails is logged and says nothing: no mistake in one sentence keeps the dashboard closed.
    """
    team: Team = claim.row
    material = gather(team, now=now)
    claim.heartbeat()
    found = {rule: finding for rule in RULES if (finding := _finding(rule, material, team))}
    with claim.batch():
        _store(team, found, now=now)


def _finding(rule: str, material: Material, team: Team) -> Finding | None:
    try:
        return RULES[rule](material)
    except Exception:
        logger.exception("team %s: rule %s failed", team.pk, rule)
        return None


def _store(team: Team, found: dict[str, Finding], *, now: datetime) -> None:
    still_true = Q(pk__in=[])
    for rule, finding in found.items():
        period = finding.period
        still_true |= Q(rule=rule, period_start=period.start, period_end=period.end)
    Insight.objects.filter(team=team).exclude(still_true).delete()
    Insight.objects.bulk_create(
        [_row(team, rule, finding, now=now) for rule, finding in found.items()],
        update_conflicts=True,
        unique_fields=["team", "rule", "period_start", "period_end"],
        update_fields=STORED,
    )
    _link(team, found)


def _link(team: Team, found: dict[str, Finding]) -> None:
    through = Insight.pull_requests.through
    insights = dict(Insight.objects.filter(team=team).values_list("rule", "pk"))
    through.objects.filter(insight__team=team).delete()
    through.objects.bulk_create(
        [
            through(insight_id=insights[rule], pullrequest_id=pull_request)
            for rule, finding in found.items()
            for pull_request in finding.pull_requests
        ],
        batch_size=400,
    )


def _row(team: Team, rule: str, finding: Finding, *, now: datetime) -> Insight:
    return Insight(
        team=team,
        rule=rule,
        period_start=finding.period.start,
        period_end=finding.period.end,
        title=finding.title,
        sentence=finding.sentence,
        numbers=dict(finding.numbers),
        n=finding.n,
        computed_at=now,
    )
