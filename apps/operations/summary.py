"""A run's ending as the JSON that `demo --once` and `onboard --json` print last."""

from typing import Any

from django.db.models import Count

from apps.github.models import TrackedRepository
from apps.operations.run import Ending
from apps.teams.models import Team


def demo_summary(ending: Ending) -> dict[str, Any]:
    """Times are in seconds and null where the run did not get so far."""
    return {
        "status": ending.glance.status,
        "phase1_seconds": ending.journal.phase1_seconds,
        "total_seconds": ending.journal.total_seconds,
        "pull_requests": ending.glance.pull_requests,
        "analysed": ending.glance.analysed,
    }


def onboard_summary(team: Team, ending: Ending) -> dict[str, Any]:
    """As `demo_summary`, with the repositories; their counts are of everything stored."""
    selected = TrackedRepository.objects.filter(team=team, is_selected=True)
    repositories = selected.annotate(stored=Count("pull_requests")).order_by("name_with_owner")
    return {
        "team": team.slug,
        "status": ending.glance.status,
        "error": ending.reason,
        "phase1_seconds": ending.journal.phase1_seconds,
        "total_seconds": ending.journal.total_seconds,
        "repositories": [
            {
                "name": repository.name_with_owner,
                "status": repository.sync_status,
                "pull_requests": repository.stored,
                "error": repository.sync_error,
            }
            for repository in repositories
        ],
        "analysed": ending.glance.analysed,
        "undecided": ending.glance.undecided,
    }
