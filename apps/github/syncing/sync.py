"""The two windows of a team's history, each from GitHub into rows."""

from apps.core.history import Window, older_window, recent_window
from apps.github.api.client import open_client
from apps.github.api.credentials import Priority
from apps.github.connecting.connections import credentials_of
from apps.github.syncing import outages, repositories
from apps.github.syncing.window_sync import WindowSync
from apps.pipeline.claims import Claim


def recent(claim: Claim) -> None:
    """Phase 1: what was updated since the run's quick start; the whole history without phase 2."""
    team = claim.row
    window = recent_window(team.onboarding_pipeline_started_at, two_phase=team.pipeline_two_phase)
    _sync(claim, window, is_background=False)


def older(claim: Claim) -> None:
    """
    Phase 2: goes on where phase 1's lists end; writes `background_sync_progress`.

    A refresh looks at the whole history: everything is listed already, so it asks for the top of
    each list and for what has changed.
    """
    team = claim.row
    window = older_window(team.onboarding_pipeline_started_at)
    if team.is_refresh:
        window = Window(since=window.since)
    _sync(claim, window, is_background=True)


def _sync(claim: Claim, window: Window, *, is_background: bool) -> None:
    rows = repositories.selected(claim.row)
    priority = Priority.PHASE2 if is_background else Priority.PHASE1
    holder = f"team:{claim.row.pk}"  # no other step of the team asks meanwhile
    with (
        outages.waited_for(claim),
        open_client(credentials_of(claim.row), priority=priority, holder=holder) as client,
    ):
        WindowSync(claim, client, rows, window, is_background=is_background).run()
