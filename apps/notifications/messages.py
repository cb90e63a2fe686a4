"""What each message says: first as data, then as a subject, a text and a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.template.loader import render_to_string

from apps.core.mails import one_line, public_url
from apps.insights.models import Insight
from apps.metrics.figures import Figure
from apps.metrics.headline import headline
from apps.metrics.wording import in_words
from apps.teams.models import Team

FINDINGS_SHOWN = 3


@dataclass(frozen=True)
class Message:
    """Ready to be sent to anybody of the team."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Line:
    """One number: what it is, what it says, and what is missing from it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Ready:
    """What "your dashboard is ready" says; its numbers are the dashboard's headline."""

    team_name: str
    days: int
    repositories: str
    lines: tuple[Line, ...]
    findings: tuple[str, ...]
    url: str


def ready(team: Team, *, now: datetime) -> Message:
    """The dashboard of a run is open."""
    said = ready_says(team, now=now)
    return Message(
        subject=one_line(f"The dashboard of {said.team_name} is ready"),
        text=render_to_string("notifications/ready.txt", {"said": said}),
        html=render_to_string("notifications/ready.html", {"said": said}),
    )


def ready_says(team: Team, *, now: datetime) -> Ready:
    top = headline(team, now=now)
    insights = Insight.objects.filter(team=team).open().order_by("rule")[:FINDINGS_SHOWN]
    return Ready(
        team_name=one_line(team.name),
        days=max(1, round((top.until - top.since).total_seconds() / 86400)),
        repositories=f"{top.repositories} of {top.repositories_selected}",
        lines=(
            _line("Merged pull requests", top.merged),
            _line("Median cycle time", top.cycle_time),
            _line("Median wait for the first review", top.pickup_time),
            _line("Reviewed by a person", top.review_coverage),
            _line("AI assistance declared", top.ai_assisted),
        ),
        findings=tuple(insight.sentence for insight in insights),
        url=public_url("dashboard:overview", team.slug),
    )


def _line(label: str, figure: Figure) -> Line:
    return Line(label, in_words(figure), figure.note)


Kind = Callable[..., Message]  # (team, *, now)

READY = "ready"

#: `Notification.kind` → the function that writes it.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        READY: ready,  # the dashboard of a run has opened
    }
)
