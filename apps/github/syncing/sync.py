"""The two windows of a team's history, each from GitHub into rows; and what has changed since."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from apps.core.history import Window, older_window, recent_window
from apps.github.api.client import GitHubClient
from apps.github.api.credentials import Priority
from apps.github.connecting.rejection import client_of
from apps.github.models import TrackedRepository
from apps.github.syncing import members, outages, repositories
from apps.github.syncing.window_sync import WindowSync
from apps.pipeline.claims import Claim
from apps.pipeline.log import who_began
from apps.pipeline.refreshes import WEBHOOK


def recent(claim: Claim) -> None:
    """Phase 1: what was updated since the run's quick start; the whole history without phase 2."""
    team = claim.row
    window = recent_window(
        team.onboarding_pipeline_started_at,
        two_phase=team.pipeline_two_phase,
        days=team.pipeline_history_days,
    )
    rows = repositories.selected(team)
    with _client(claim, Priority.PHASE1) as client:
        WindowSync(claim, client, rows, window, is_background=False).run()


def older(claim: Claim) -> None:
    """
    Phase 2: goes on where phase 1's lists end; writes `background_sync_progress`.

    A refresh looks at the whole history: everything is listed already, so it asks for the members,
    for the top of each list and for what has changed. One that webhooks have asked for reads only
    the repositories of which they told.
    """
    team = claim.row
    window = older_window(team.onboarding_pipeline_started_at, days=team.pipeline_history_days)
    rows = repositories.selected(team)
    is_told = team.is_refresh and who_began(team.pk, team.pipeline_run) == WEBHOOK
    if team.is_refresh:
        window = Window(since=window.since)
        if not is_told:
            members.sync_again(claim)
    with _client(claim, Priority.PHASE2) as client:
        some = _with_news(claim, client, rows, window) if is_told else rows
        if some:
            is_all = len(some) == len(rows)
            WindowSync(claim, client, some, window, is_background=True, is_all=is_all).run()


@contextmanager
def _client(claim: Claim, priority: Priority) -> Iterator[GitHubClient]:
    """For the step's work; no other step of the team asks GitHub meanwhile."""
    holder = f"team:{claim.row.pk}"
    with (
        outages.waited_for(claim),
        client_of(claim.row, priority=priority, holder=holder) as client,
    ):
        yield client


def _with_news(
    claim: Claim, client: GitHubClient, rows: Sequence[TrackedRepository], window: Window
) -> list[TrackedRepository]:
    """All are looked up, a hundred in a request, whatever is known: that may be the news."""
    looked_up = repositories.look_up(client, rows, on_idle=claim.heartbeat, even_fresh=True)
    with claim.batch():
        repositories.refresh(rows, looked_up.found)
    return repositories.with_news(rows, looked_up, since=window.since)
