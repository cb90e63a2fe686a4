"""Finding: run every rule over the team's material, keep what fires and end what does not."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from apps.insights.fence import Fence
from apps.insights.material import Material, gather
from apps.insights.models import Insight
from apps.insights.rules import RULES
from apps.insights.rules.finding import Finding
from apps.insights.team_thresholds import limits_of
from apps.teams.models import Team

logger = logging.getLogger(__name__)

KEPT = timedelta(days=90)  # so long an ended insight can still be looked at
SAID = ("title", "sentence", "numbers", "n", "computed_at")
STORED = ("period_start", "period_end", "first_seen_at", "ended_at", *SAID)


@dataclass(frozen=True)
class Found:
    """What the rules said; a rule in neither was silent: what it had found is over."""

    findings: Mapping[str, Finding]
    unknown: frozenset[str]  #: rules that were not asked (switched off) or failed


def find(fence: Fence, *, now: datetime) -> None:
    """
    Store what the rules say at `now`, by (team, rule, period), and end what no longer fires.

    A rule that goes on firing keeps its row, with the day on which it began. Running it again over
    the same rows stores the same, under the same primary keys. A rule that fails is logged and says
    nothing: no mistake in one sentence keeps the dashboard closed.
    """
    team: Team = fence.row
    material = gather(team, now=now)
    fence.heartbeat()
    found = _found(material, team)
    with fence.batch():
        # The team may have moved a threshold since; it does so with its row locked, as here.
        if (limits := limits_of(team)) != material.limits:
            found = _found(replace(material, limits=limits), team)
        _store(team, found, now=now)


def _found(material: Material, team: Team) -> Found:
    findings: dict[str, Finding] = {}
    unknown: set[str] = set()
    for rule in RULES:
        if not material.limits.is_on(rule):
            unknown.add(rule)
            continue
        try:
            finding = RULES[rule](material)
        except Exception:
            logger.exception("team %s: rule %s failed", team.pk, rule)
            unknown.add(rule)
        else:
            if finding:
                findings[rule] = finding
    return Found(findings, frozenset(unknown))


def _store(team: Team, found: Found, *, now: datetime) -> None:
    known = list(Insight.objects.filter(team=team).defer("sentence", "numbers"))
    still = {row.rule: row for row in known if row.ended_at is None}
    same = {(row.rule, row.period_start, row.period_end): row for row in known}
    rows, absorbed = [], []
    for rule, finding in found.findings.items():
        again = same.get((rule, finding.period.start, finding.period.end))
        row = still.get(rule) or again or Insight(team=team, rule=rule, first_seen_at=now)
        if again and again.pk != row.pk:
            absorbed.append(again.pk)
        rows.append(_say(row, finding, now=now))
    over = [row.pk for row in still.values() if row.rule not in found.findings]
    nobody_knows = [row.pk for row in still.values() if row.rule in found.unknown]
    forgotten = Q(team=team, ended_at__lt=now - KEPT)
    Insight.objects.filter(forgotten | Q(pk__in=[*absorbed, *nobody_knows])).delete()
    Insight.objects.filter(pk__in=over).update(ended_at=now)
    Insight.objects.bulk_update([row for row in rows if row.pk], STORED)
    Insight.objects.bulk_create([row for row in rows if not row.pk])
    _link(team, found.findings)


def _say(row: Insight, finding: Finding, *, now: datetime) -> Insight:
    """One that has ended and fires again for the same period has not ended."""
    row.period_start, row.period_end = finding.period.start, finding.period.end
    row.title, row.sentence, row.n = finding.title, finding.sentence, finding.n
    row.numbers = dict(finding.numbers)
    row.ended_at, row.computed_at = None, now
    return row


def _link(team: Team, findings: Mapping[str, Finding]) -> None:
    through = Insight.pull_requests.through
    insights = dict(Insight.objects.filter(team=team).open().values_list("rule", "pk"))
    through.objects.filter(insight__in=insights.values()).delete()
    through.objects.bulk_create(
        [
            through(insight_id=insights[rule], pullrequest_id=pull_request)
            for rule, finding in findings.items()
            for pull_request in finding.pull_requests
        ],
        batch_size=400,
    )
