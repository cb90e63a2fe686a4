"""Announcing: the rows that say which message goes to whom, written before anything is sent."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from apps.notifications.messages import READY
from apps.notifications.models import Notification
from apps.pipeline.claims import Claim
from apps.pipeline.machine import OPENS_DASHBOARD
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Membership, Team

NEWS = timedelta(days=1)  # for so long an opened dashboard is told to whoever can be reached


def announce(claim: Claim) -> None:
    """Write the "ready" rows of the claimed team's run."""
    with claim.batch():
        announce_once(claim.row.pk, kind=READY, run=claim.row.pipeline_run)


def announce_opened() -> None:
    """
    Write the "ready" rows of every team whose dashboard this run has opened and that has none.

    For runs without a phase 2, which pass no step that announces. Whether *this* run has opened it
    is asked of the log: `phase1_completed_at` may be an earlier run's. After a day it is no news
    any more: whoever is the first to join, or to get an address, is not told of an old run.
    """
    opened = PipelineTransition.objects.filter(
        team=OuterRef("pk"),
        run=OuterRef("pipeline_run"),
        verb="advance",
        target__in=OPENS_DASHBOARD,
        at__gte=Now() - NEWS,
    )
    announced = Notification.objects.filter(
        team=OuterRef("pk"), kind=READY, run=OuterRef("pipeline_run")
    )
    teams = Team.objects.filter(
        Exists(opened),
        ~Exists(announced),
        Exists(reachable().filter(team=OuterRef("pk"))),
        phase1_completed_at__isnull=False,
    )
    for team_id, run in teams.values_list("pk", "pipeline_run"):
        announce_once(team_id, kind=READY, run=run)


def announce_once(team_id: int, *, kind: str, run: int) -> None:
    """
    Write one row for each person of the team who can get mail.

    Safe in any number of processes at once: UNIQUE(team, kind, run, user) decides, and whoever
    comes second writes nothing.
    """
    Notification.objects.bulk_create(
        [
            Notification(team_id=team_id, user_id=user_id, kind=kind, run=run)
            for user_id in reachable().filter(team_id=team_id).values_list("user_id", flat=True)
        ],
        ignore_conflicts=True,
    )


def reachable() -> QuerySet[Membership]:
    """Memberships of active people who have an address."""
    return Membership.objects.filter(user__is_active=True).exclude(user__email="")
