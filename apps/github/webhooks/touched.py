"""Pull requests that GitHub tells to have changed: they are to be read again, soon."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from apps.core.history import quick_start_days
from apps.github.models import Delivery, PullRequestKey, TrackedRepository
from apps.github.webhooks import signed
from apps.github.webhooks.readers import is_told, readers
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.nightly import resting_since_before
from apps.pipeline.refreshes import WEBHOOK, refresh
from apps.teams.models import Team

logger = logging.getLogger(__name__)

#: Who begins the update of a team whose last run has failed: for the log, and since `sync.older`
#: reads only what webhooks told of where WEBHOOK alone has asked.
AFTER_A_FAILURE = f"{WEBHOOK}, after a failure"
ASKED_AT_ONCE = 50  # teams; the next minute asks for more
#: Of what is told of repositories: after this the night has looked them up.
LOOKED_BACK = timedelta(days=7)
#: GitHub tells whole seconds; a mark within one of them is later by this.
LEAST = timedelta(microseconds=1)

NaturalKey = tuple[int, int]  # repository's row, number


@dataclass(frozen=True)
class Change:
    """A pull request as a delivery tells of it."""

    node_id: str
    at: datetime
    is_dated: bool  #: whether it happened at `at`; or some time after

    def together_with(self, other: "Change") -> "Change":
        latest = max(self, other, key=lambda change: change.at)
        return replace(latest, is_dated=self.is_dated and other.is_dated)

    def noted_at(self, known: datetime | None) -> datetime | None:
        """
        As what time its key is to be fetched; None if what is known is later.

        More than one thing can happen within a second. What has no time of its own, and what is
        told of the second that is known, is noted a little later than what is known: so neither an
        answer that is on its way nor a clock of ours can make it look fetched. `keys.settle` takes
        GitHub's time again.
        """
        if known is None or known < self.at:
            return self.at
        is_same_second = self.at >= known.replace(microsecond=0)
        return known + LEAST if is_same_second or not self.is_dated else None


def mark(deliveries: Iterable[Delivery]) -> None:
    """
    Let the next sync of every team that reads these pull requests fetch them again.

    A mark is a key that is PENDING; the pull request itself is asked of GitHub, with the team's
    own token, so the order in which marks and syncs come does not matter. What is known in a later
    state is left as it is. Inside the caller's transaction, which holds the teams' rows from here
    on as a sync's batches do, so that neither overwrites what the other has read.
    """
    changes = _changes(list(deliveries))
    known = _known(changes)
    PullRequestKey.objects.bulk_create(
        [
            PullRequestKey(
                repository_id=repository_id,
                node_id=change.node_id,
                number=number,
                updated_at=at,
                state=PullRequestKey.State.PENDING,
            )
            for (repository_id, number), change in changes.items()
            if (at := change.noted_at(known.get((repository_id, number)))) is not None
        ],
        update_conflicts=True,
        unique_fields=["repository", "number"],
        update_fields=["updated_at", "state", "gap_reason"],  # its node id stays, as GraphQL has it
    )


def ask_for_refreshes() -> None:
    """
    Have teams at rest updated that were told of something, once the time since their last run
    allows; and those that have added a repository after their run had begun.

    Not those whose way to GitHub is closed. One statement, and those of each refresh.
    """
    long_ago = Now() - timedelta(seconds=settings.PIPELINE["refresh_seconds"])
    due = (
        resting_since_before(long_ago)
        .filter(pk__in=_with_marks().union(_with_repositories()), github__closed_because="")
        .order_by("onboarding_pipeline_started_at")
    )
    for team_id, ticket, status in due.values_list("pk", "pipeline_ticket", STATUS)[:ASKED_AT_ONCE]:
        actor = WEBHOOK if status == Status.COMPLETE else AFTER_A_FAILURE
        if refresh(team_id, ticket=ticket, actor=actor):
            logger.info("team %s is being updated: GitHub has told of changes", team_id)


def _with_marks() -> QuerySet[PullRequestKey, Any]:
    """
    Complete teams with a pull request to be fetched.

    Not in repositories that cannot be read, nor of a run that has failed: they would be tried for
    ever.
    """
    return (
        PullRequestKey.objects.filter(
            state=PullRequestKey.State.PENDING,
            updated_at__gte=Now() - timedelta(days=quick_start_days()),
            repository__is_selected=True,
            **{f"repository__team__{STATUS}": Status.COMPLETE},
        )
        .exclude(repository__sync_status=TrackedRepository.SyncStatus.FAILED)
        .values("repository__team")
    )


def _with_repositories() -> QuerySet[TrackedRepository, Any]:
    """Teams whose last run began before they were told of a repository: each run looks them up."""
    return TrackedRepository.objects.filter(
        is_selected=True,
        told_at__gte=Now() - LOOKED_BACK,
        told_at__gt=F("team__onboarding_pipeline_started_at"),
    ).values("team")


def _changes(deliveries: list[Delivery]) -> dict[NaturalKey, Change]:
    """By key, all that is told of it as one, whichever delivery came first."""
    rows = readers({one.repository_id for one in deliveries})
    here = _locked({row.team_id for row in rows})
    changes: dict[NaturalKey, Change] = {}
    for one in deliveries:
        if not (one.number and one.updated_at):
            continue
        change = Change(one.node_id, one.updated_at, _is_dated(one))
        for row in rows:
            if (
                row.github_id == one.repository_id
                and row.team_id in here
                and is_told(row, installation_id=one.installation_id)
            ):
                key = (row.pk, one.number)
                before = changes.get(key)
                changes[key] = before.together_with(change) if before else change
    return changes


def _is_dated(delivery: Delivery) -> bool:
    """A review that is edited or dismissed is told as of when it was submitted."""
    return delivery.event != signed.REVIEW or delivery.action == "submitted"


def _locked(team_ids: set[int]) -> set[int]:
    """Of these teams those that still exist, in an order in which nobody waits in a circle."""
    rows = Team.objects.select_for_update(no_key=True).filter(pk__in=team_ids).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _known(changes: Mapping[NaturalKey, Change]) -> dict[NaturalKey, datetime]:
    rows = PullRequestKey.objects.filter(
        repository_id__in={repository_id for repository_id, _ in changes},
        number__in={number for _, number in changes},
    ).values_list("repository_id", "number", "updated_at")
    return {(repository_id, number): at for repository_id, number, at in rows}
