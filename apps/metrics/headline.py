"""The numbers above everything else: the last 30 days of a team, computed from pull requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.github.models import TrackedRepository
from apps.metrics.ai_share import assisted_among, suspected_among
from apps.metrics.facts import Facts, load
from apps.metrics.figures import Figure, count, median_of, share
from apps.metrics.formulas import Flow, cycle_time, pickup_time
from apps.metrics.history import CLOCK_SKEW, known_since
from apps.metrics.wording import unclear_note, unread_note
from apps.teams.models import Team

HEADLINE_DAYS = 30


@dataclass(frozen=True)
class Headline:
    """
    What was merged in `[since, until]`, by people into default branches, and what it rests on.

    The dashboard's cards and the mails show this same object. Medians are of pull requests, never
    of weeks.
    """

    since: datetime  #: later than 30 days ago where the history is shorter
    until: datetime
    repositories: int  #: of which something could be read
    repositories_selected: int
    merged: Figure
    merged_by_bots: Figure
    cycle_time: Figure
    pickup_time: Figure
    review_coverage: Figure
    ai_assisted: Figure  #: classes A and B; coding agents' own ones are among them
    ai_suspected: Figure  #: class C, shown apart


def headline(team: Team, *, now: datetime, days: int = HEADLINE_DAYS) -> Headline:
    """Compute the headline at `now`; a constant number of statements."""
    since = now - timedelta(days=days)
    if (known := known_since(team)) is not None:
        since = max(since, known)
    merged = [
        pull_request
        for pull_request in load(team.pk, since=since, with_sizes=False)
        if pull_request.is_to_default_branch
        and pull_request.merged_at
        and since <= pull_request.merged_at <= now + CLOCK_SKEW
    ]
    readable, selected = _repositories(team)
    return _headline(merged, since=since, until=now, readable=readable, selected=selected)


def _headline(
    merged: list[Facts], *, since: datetime, until: datetime, readable: int, selected: int
) -> Headline:
    by_people = [pull_request for pull_request in merged if pull_request.by_person]
    flows = [pull_request.flow for pull_request in by_people if pull_request.flow]
    return Headline(
        since=since,
        until=until,
        repositories=readable,
        repositories_selected=selected,
        merged=count(len(by_people)),
        merged_by_bots=count(len(merged) - len(by_people)),
        cycle_time=median_of(
            map(cycle_time, flows),
            "seconds",
            note=unclear_note(sum(flow.first_commit is None for flow in flows)),
        ),
        pickup_time=median_of(map(pickup_time, flows), "seconds"),
        review_coverage=_coverage(flows),
        ai_assisted=assisted_among(merged),
        ai_suspected=suspected_among(merged),
    )


def _coverage(flows: list[Flow]) -> Figure:
    known = [flow for flow in flows if flow.reviews_known]
    reviewed = sum(flow.first_review is not None for flow in known)
    return share(reviewed, len(known), note=unread_note(len(flows) - len(known)))


def _repositories(team: Team) -> tuple[int, int]:
    synced = TrackedRepository.objects.filter(team=team, is_selected=True).values_list(
        "last_synced_at", flat=True
    )
    return sum(at is not None for at in synced), len(synced)
