"""The weekly message: which teams it is due for now, decided once for each team and Monday."""

import logging
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.core.weeks import Week
from apps.notifications.announce import announce_once
from apps.notifications.messages import WEEKLY
from apps.notifications.models import WeeklyRound
from apps.notifications.preferences import channels, recipients
from apps.notifications.saying.weekly import has_news, key_of
from apps.pipeline.machine import Status
from apps.pipeline.refreshes import refresh
from apps.teams.models import Team

logger = logging.getLogger(__name__)

#: So long after Monday morning it is still written, where nothing was running, or the week was not
#: read to its end. Then it is no news; the next Monday has its own.
CATCH_UP = timedelta(days=2)
AT_ONCE = 50  # teams a call: beat calls every minute


def announce_weeks(now: datetime) -> None:
    """
    Write the weekly rows that are due, and what was decided about each team.

    The timetable is the team's clock, so each zone in which there is a team has a look of its own.
    So has what was read: the night, which is the same for all, ends before the week does in many
    zones. Teams there are brought up to date first, and told in one of the next calls.
    """
    left = AT_ONCE
    zones = Team.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    for name in zones:
        monday = due_on(now, ZoneInfo(name))
        if monday is None:
            continue
        have_read(name, monday)
        for team in undecided(name, monday)[:left]:
            left -= 1
            try:
                decide(team, monday, now=now)
            except Exception:
                logger.exception("the week of team %s cannot be told", team.pk)
        if left <= 0:
            return


def due_on(now: datetime, zone: ZoneInfo) -> date | None:
    """The Monday whose message is due at this moment; None: none is."""
    monday = Week.of(now, zone).monday
    begins = datetime.combine(monday, time(settings.WEEKLY_HOUR), zone)
    return monday if begins <= now < begins + CATCH_UP else None


def undecided(zone: str, monday: date) -> QuerySet[Team]:
    """
    Teams of a zone whose last whole week is read to its end, and was not decided about.

    Read to its end: the last run is through, and began after the week was over.
    """
    over = Week(monday, ZoneInfo(zone)).starts_at
    return _resting(zone, monday).filter(onboarding_pipeline_started_at__gte=over).order_by("pk")


def have_read(zone: str, monday: date) -> None:
    """
    Begin an update of teams whose last whole week is not read to its end, if anybody is told of it.

    Not where the operator wants no updates by themselves: then the week waits for a person's.
    """
    if settings.PIPELINE["nightly_hour"] is None:
        return
    over = Week(monday, ZoneInfo(zone)).starts_at
    readers = Exists(recipients(WEEKLY).filter(team=OuterRef("pk")))
    channel = Exists(channels(WEEKLY).filter(team=OuterRef("pk")))
    unread = _resting(zone, monday).filter(
        readers | channel, onboarding_pipeline_started_at__lt=over
    )
    for pk, ticket in unread.order_by("pk").values_list("pk", "pipeline_ticket")[:AT_ONCE]:
        refresh(pk, ticket=ticket, actor=WEEKLY)


def _resting(zone: str, monday: date) -> QuerySet[Team]:
    decided = WeeklyRound.objects.filter(team=OuterRef("pk"), monday=monday)
    teams: QuerySet[Team] = Team.objects.filter(
        ~Exists(decided),
        time_zone=zone,
        phase1_completed_at__isnull=False,
        onboarding_pipeline_status=Status.COMPLETE,
    )
    return teams


def decide(team: Team, monday: date, *, now: datetime) -> None:
    """Tell, or leave out; of two processes one decides, and the rows come with the decision."""
    is_told = has_news(team, monday, now=now)
    with transaction.atomic():
        _, is_ours = WeeklyRound.objects.get_or_create(
            team=team, monday=monday, defaults={"is_told": is_told}
        )
        if is_ours and is_told:
            announce_once(team.pk, kind=WEEKLY, run=key_of(monday))


def is_over(run: int, team: Team, now: datetime) -> bool:
    """Whether another week has ended since: what is not sent by then is old."""
    return key_of(Week.of(now, team.zone).monday) != run
