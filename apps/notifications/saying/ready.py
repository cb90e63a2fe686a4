"""The dashboard of a run has opened."""

from datetime import datetime

from apps.core.mails import one_line, public_url
from apps.insights.models import Insight
from apps.metrics.headline import headline
from apps.notifications.said import Occasion, Part, Said
from apps.notifications.saying.numbers import lines_of, plural
from apps.teams.models import Team

FINDINGS_SHOWN = 3
WHY = "You get this once for an import, because you are a member of the team at Mergelight."


def ready(occasion: Occasion) -> Said:
    return ready_says(occasion.team, now=occasion.now)


def ready_says(team: Team, *, now: datetime) -> Said:
    """Its numbers are the dashboard's headline."""
    name = one_line(team.name)
    top = headline(team, now=now)
    days = max(1, round((top.until - top.since).total_seconds() / 86400))
    insights = Insight.objects.filter(team=team).open().order_by("rule")[:FINDINGS_SHOWN]
    findings = tuple(insight.sentence for insight in insights)
    return Said(
        subject=one_line(f"The dashboard of {name} is ready"),
        heading=f"The dashboard of {name} is ready",
        button="Open the dashboard",
        url=public_url("dashboard:overview", team.slug),
        why=WHY,
        basis=(
            f"The last {plural(days, 'day')}, from {top.repositories} of "
            f"{top.repositories_selected} repositories:"
        ),
        lines=lines_of(top),
        parts=(Part("What stands out", findings),) if findings else (),
    )
