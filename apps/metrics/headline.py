"""The numbers above everything else: the last 30 days of a team, computed from pull requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.github.models import TrackedRepository
from apps.metrics.facts import AiClass, Facts, load
from apps.metrics.figures import Figure, count, median_of, share
from apps.metrics.formulas import cycle_time, pickup_time
from apps.metrics.history import CLOCK_SKEW, known_since
from apps.metrics.week_table import analysed_note
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
    ai_assisted: Figure  #: classes A and B of the analysed; coding agents' own ones are among them
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
    for_ai = [pull_request for pull_request in merged if counts_for_ai(pull_request)]
    decided = [pull_request for pull_request in for_ai if pull_request.is_decided]
    note = analysed_note(len(decided), len(for_ai))
    suspected = sum(pull_request.ai_class == AiClass.SUSPECTED for pull_request in decided)
    return Headline(
        since=since,
        until=until,
        repositories=readable,
        repositories_selected=selected,
        merged=count(len(by_people)),
        merged_by_bots=count(len(merged) - len(by_people)),
        cycle_time=median_of(map(cycle_time, flows), "seconds"),
        pickup_time=median_of(map(pickup_time, flows), "seconds"),
        review_coverage=share(sum(flow.first_review is not None for flow in flows), len(flows)),
        ai_assisted=share(sum(pr.is_ai_assisted for pr in decided), len(decided), note=note),
        ai_suspected=share(suspected, len(decided), note=note),
    )


def counts_for_ai(pull_request: Facts) -> bool:
    """Whether a pull request is asked about AI: people's, and those of coding agents."""
    return pull_request.by_person or pull_request.by_agent


def _repositories(team: Team) -> tuple[int, int]:
    synced = TrackedRepository.objects.filter(team=team, is_selected=True).values_list(
        "last_synced_at", flat=True
    )
    return sum(at is not None for at in synced), len(synced)
