"""Announcing: the rows that say which message goes to whom, written before anything is sent."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from apps.notifications.messages import READY
from apps.notifications.models import Notification
from apps.pipeline.claims import Claim
from apps.pipeline.machine import OPENS_DASHBOARD, STEPS
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import BEGINNINGS
from apps.teams.models import Membership, Team

PHASE_1 = tuple(status for status, step in STEPS.items() if step.phase == 1)
NEWS = timedelta(days=1)  # for so long an opened dashboard is told to whoever can be reached


def announce(claim: Claim) -> None:
    """Write the "ready" rows of the claimed team's run."""
    with claim.batch():
        announce_once(claim.row.pk, kind=READY, run=claim.row.pipeline_run)


def announce_opened() -> None:
    """
    Write the "ready" rows of every team whose last import has opened its dashboard without them.

    For runs without a phase 2, which pass no step that announces. Whether the last run has opened
    it is asked of the log: `phase1_completed_at` may be an earlier run's. A refresh opens nothing,
    and hides nothing: it may begin right after the run whose message is still to be written. After
    a day it is no news any more: whoever is the first to join, or to get an address, is not told of
    an old run.
    """
    begun_again = PipelineTransition.objects.filter(
        team=OuterRef("team"), ticket__gt=OuterRef("ticket"), verb__in=BEGINNINGS
    )
    opened = PipelineTransition.objects.filter(
        ~Exists(begun_again),
        team=OuterRef("pk"),
        verb="advance",
        source__in=PHASE_1,
        target__in=OPENS_DASHBOARD,
        at__gte=Now() - NEWS,
    )
    announced = Notification.objects.filter(
        team=OuterRef("pk"), kind=READY, run=OuterRef("opened_by")
    )
    teams = Team.objects.annotate(
        opened_by=Subquery(opened.order_by("-ticket").values("run")[:1])
    ).filter(
        ~Exists(announced),
        Exists(reachable().filter(team=OuterRef("pk"))),
        opened_by__isnull=False,
        phase1_completed_at__isnull=False,
    )
    for team_id, run in teams.values_list("pk", "opened_by"):
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
