"""Finding the teams whose Jira is to be read: from their rows, so that no lost message matters."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.jira.models import JiraConnection
from apps.jira.soon import read_soon
from apps.jira.turns import SILENCE
from apps.pipeline.nightly import latest

logger = logging.getLogger(__name__)

AT_ONCE = 50  # teams a call
#: Behind the hour at which the night begins: by then most teams were updated, and their Jira read.
AFTER_THE_NIGHT = timedelta(hours=2)


def read_due() -> list[int]:
    """Have the next teams' Jira read; their ids. Safe to run in any number at once."""
    teams = list(due().order_by("due_at", "pk").values_list("team_id", flat=True)[:AT_ONCE])
    for team_id in teams:
        read_soon(team_id)
    if teams:
        logger.info("the Jira of %d teams is to be read", len(teams))
    return teams


def due() -> QuerySet[JiraConnection]:
    """
    Whose moment has come; or who has new pull requests: their import has opened the dashboard, or
    has brought it up to date, since Jira was read; or whose night has come; or whose reader died.
    """
    now = timezone.now()
    free = Q(sync_claim="") | Q(sync_heartbeat__lt=now - SILENCE)
    moment = Q(due_at__lte=now)
    unread = Q(sync_began_at=None) | Q(sync_began_at__lt=F("team__phase1_completed_at"))
    unread |= Q(sync_began_at__lt=F("team__onboarding_pipeline_completed_at"))
    hour: int | None = settings.PIPELINE["nightly_hour"]
    if hour is not None:
        unread |= Q(sync_began_at__lt=latest(hour, now - AFTER_THE_NIGHT))
    # Silent too, as the first condition says; of whoever was refused as well, whose day had come.
    died = ~Q(sync_claim="") & Q(due_at=None)
    chosen = JiraConnection.objects.filter(free, team__jira_projects__isnull=False)
    return chosen.filter(moment | died | Q(unread, due_at=None, is_refused=False)).distinct()
