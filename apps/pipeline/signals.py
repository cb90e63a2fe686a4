"""
Signals for hooks (analytics, webhooks): what happened to a team, told after the commit.

A hook runs in the process that made the move, so it must be quick. One that raises is logged and
harms nothing. A process that dies right after the commit tells nobody: what must not be missed is
read from `PipelineTransition`, which is written with the move. `sender` is the team's class, and
`team` the row as it was moved: read from it, do not save it.

    @receiver(onboarding_completed, dispatch_uid="analytics.completed")
    def count(*, team, run, **kwargs): ...
"""

import logging
from typing import Any

from django.dispatch import Signal

logger = logging.getLogger(__name__)

#: A run began that reads the history, not one that updates it. Arguments: team, run (its number),
#: actor (who started it).
onboarding_started = Signal()

#: One repository's window is stored. Arguments: team, repository (name with owner), status (of
#: TrackedRepository.SyncStatus), pull_requests (stored in this window).
repository_synced = Signal()

#: The team entered another status. Arguments: team, run, status, phase (1 or 2; None at an end).
onboarding_progress = Signal()

#: The dashboard of this run opened. Arguments: team, run, seconds (since the start of the run).
phase1_completed = Signal()

#: The whole history is computed. Arguments: team, run, seconds (since the start of the run).
onboarding_completed = Signal()

#: The run stopped. Arguments: team, run, step (the status that failed), reason (a sentence).
onboarding_failed = Signal()

#: A complete history was brought up to date. Arguments: team, run, seconds (of this run).
refreshed = Signal()

#: Bringing it up to date stopped; what is there stays. Arguments: as `onboarding_failed`.
refresh_failed = Signal()


def tell(signal: Signal, team: Any, **arguments: Any) -> None:
    """Send to every hook; log those that raise."""
    for hook, answer in signal.send_robust(sender=type(team), team=team, **arguments):
        if isinstance(answer, Exception):
            logger.error("hook %r failed: %r", hook, answer, exc_info=answer)
