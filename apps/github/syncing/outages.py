"""GitHub as a whole being down is waited for, and uses up no attempt: nothing of ours is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from apps.github.api.errors import GitHubDown
from apps.github.models import PullRequest
from apps.pipeline.claims import Claim

LONGEST_WAIT = 300.0  # seconds until the step asks again
PATIENCE = 6 * 3600.0  # seconds without a success; from then on each failure counts


@contextmanager
def waited_for(claim: Claim) -> Iterator[None]:
    """
    Around a step's work: while GitHub is down, wait as long again as it has been silent already.

    :raises GitHubDown: with what the pipeline needs to postpone the step.
    """
    try:
        yield
    except GitHubDown as exc:
        silence = seconds_without_success(claim)
        shortest = settings.HISTORICAL_SYNC_CONFIG["outage_wait_seconds"]
        wait = min(max(silence, shortest), LONGEST_WAIT)
        raise GitHubDown(str(exc), retry_after=wait, counts=silence > PATIENCE) from exc


def seconds_without_success(claim: Claim) -> float:
    """Since the step began, or stored a pull request for the last time."""
    in_step = claim.seconds_in_step()
    stored: datetime | None = PullRequest.objects.filter(team=claim.row.pk).aggregate(
        at=Max("fetched_at")
    )["at"]
    if stored is None:
        return in_step
    return min(in_step, max((timezone.now() - stored).total_seconds(), 0.0))
