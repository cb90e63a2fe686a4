"""Pull requests that GitHub tells to have changed: they are to be read again, soon."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now

from apps.core.history import quick_start_days
from apps.github.models import Connection, Delivery, PullRequestKey, TrackedRepository
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.refreshes import request_refresh
from apps.teams.models import Team

logger = logging.getLogger(__name__)

ACTOR = "webhook"
ASKED_AT_ONCE = 50  # teams; the next minute asks for more


@dataclass(frozen=True)
class Change:
    """A pull request as a delivery tells of it."""

    repository_id: int  #: at GitHub
    number: int
    node_id: str
    at: datetime
    installation_id: int | None

    def is_told_to(self, row: TrackedRepository) -> bool:
        """A team that reads by the App is told by its own installation, any other by each."""
        connection: Connection | None = getattr(row.team, "github", None)
        is_foreign = (
            connection is not None
            and connection.kind == Connection.Kind.APP
            and connection.installation_id != self.installation_id
        )
        return row.github_id == self.repository_id and not is_foreign


def mark(deliveries: Iterable[Delivery]) -> None:
    """
    Let the next sync of every team that reads these pull requests fetch them again.

    A mark is a key that is PENDING; the pull request itself is asked of GitHub, with the team's
    own token, so the order in which marks and syncs come does not matter. What is known in this
    state or a later one is left as it is. Inside the caller's transaction, which holds the teams'
    rows from here on as a sync's batches do, so that neither overwrites what the other has read.
    """
    changes = _latest(deliveries)
    readers = TrackedRepository.objects.filter(
        github_id__in={change.repository_id for change in changes}, is_selected=True
    ).select_related("team__github")
    rows = list(readers)
    here = _locked({row.team_id for row in rows})
    found = [
        PullRequestKey(
            repository_id=row.pk,
            node_id=change.node_id,
            number=change.number,
            updated_at=change.at,
            state=PullRequestKey.State.PENDING,
        )
        for row in rows
        for change in changes
        if row.team_id in here and change.is_told_to(row)
    ]
    known = _known(found)
    PullRequestKey.objects.bulk_create(
        [key for key in found if _is_news(key, known)],
        update_conflicts=True,
        unique_fields=["repository", "number"],
        update_fields=["updated_at", "state", "gap_reason"],  # its node id stays, as GraphQL has it
    )


def ask_for_refreshes() -> None:
    """
    Have complete teams updated that have such a mark, once the time since their last run allows.

    Not those whose way to GitHub is closed, nor for repositories that cannot be read: they would
    be tried for ever. One statement, and those of each refresh.
    """
    marked = PullRequestKey.objects.filter(
        state=PullRequestKey.State.PENDING,
        updated_at__gte=Now() - timedelta(days=quick_start_days()),
        repository__is_selected=True,
    ).exclude(repository__sync_status=TrackedRepository.SyncStatus.FAILED)
    long_ago = Now() - timedelta(seconds=settings.PIPELINE["refresh_seconds"])
    due = Team.objects.filter(
        **{STATUS: Status.COMPLETE},
        pk__in=marked.values("repository__team"),
        onboarding_pipeline_started_at__lte=long_ago,
        github__closed_because="",
    ).order_by("onboarding_pipeline_started_at")
    for team_id in due.values_list("pk", flat=True)[:ASKED_AT_ONCE]:
        if request_refresh(team_id, actor=ACTOR):
            logger.info("team %s is being updated: GitHub has told of changes", team_id)


def _latest(deliveries: Iterable[Delivery]) -> list[Change]:
    """Of each pull request the latest change, whichever delivery came first."""
    changes = [
        Change(one.repository_id, one.number, one.node_id, one.updated_at, one.installation_id)
        for one in deliveries
        if one.repository_id and one.number and one.updated_at
    ]
    changes.sort(key=lambda change: change.at)
    return list({(change.repository_id, change.number): change for change in changes}.values())


def _locked(team_ids: set[int]) -> set[int]:
    """Of these teams those that still exist, in an order in which nobody waits in a circle."""
    rows = Team.objects.select_for_update(no_key=True).filter(pk__in=team_ids).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _known(found: Iterable[PullRequestKey]) -> dict[tuple[int, int], datetime]:
    rows = PullRequestKey.objects.filter(
        repository_id__in={key.repository_id for key in found},
        number__in={key.number for key in found},
    ).values_list("repository_id", "number", "updated_at")
    return {(repository_id, number): at for repository_id, number, at in rows}


def _is_news(key: PullRequestKey, known: dict[tuple[int, int], datetime]) -> bool:
    before = known.get((key.repository_id, key.number))
    return before is None or before < key.updated_at
