"""Doors: measuring, in both phases, and between runs."""

from celery import shared_task
from django.utils import timezone

from apps.core.history import history_start, recent_window
from apps.metrics.freshen import freshen as bring_up_to_date
from apps.metrics.hooks import recounted
from apps.metrics.measure import measure
from apps.metrics.models import Measurement
from apps.metrics.moved import keep
from apps.metrics.remeasure import Overtaken
from apps.metrics.remeasure import remeasure as count_anew
from apps.metrics.upkeep import look_after_numbers as look_after
from apps.pipeline.claims import Claim
from apps.pipeline.tasking import step_task
from apps.teams.models import Team

RETRY_SECONDS, RETRIES = 5, 10


@step_task
def compute_recent(claim: Claim) -> None:
    """Phase 1: measure every week of what phase 1 has read."""
    row = claim.row
    window = recent_window(
        row.onboarding_pipeline_started_at,
        two_phase=row.pipeline_two_phase,
        days=row.pipeline_history_days,
    )
    now = timezone.now()
    measure(claim, since=window.since, now=now)
    keep(claim, phase=1, now=now)


@step_task
def compute_all(claim: Claim) -> None:
    """Phase 2: measure every week of the whole history again."""
    row = claim.row
    since = history_start(row.onboarding_pipeline_started_at, days=row.pipeline_history_days)
    now = timezone.now()
    measure(claim, since=since, now=now)
    keep(claim, phase=2, now=now)


@shared_task(
    name="apps.metrics.tasks.remeasure",
    autoretry_for=(Overtaken,),
    default_retry_delay=RETRY_SECONDS,
    max_retries=RETRIES,
    throws=(Overtaken,),
)
def remeasure(team_id: int, **_unknown: object) -> None:
    """Count all weeks anew, outside of a run: the team counts differently now."""
    team = Team.objects.filter(pk=team_id).first()
    if team and count_anew(team, now=timezone.now()):
        recounted.send_robust(sender=Team, team_id=team_id)


@shared_task(
    name="apps.metrics.tasks.freshen",
    autoretry_for=(Overtaken,),
    default_retry_delay=RETRY_SECONDS,
    max_retries=RETRIES,
    throws=(Overtaken,),
)
def freshen(team_id: int, **_unknown: object) -> None:
    """Bring the weeks up to date that pull requests have touched since they were counted."""
    # Before reading: whatever changes from here on asks for another round.
    Measurement.objects.filter(team=team_id).update(freshening_until=None)
    if team := Team.objects.filter(pk=team_id).first():
        bring_up_to_date(team, now=timezone.now())


@shared_task(name="apps.metrics.tasks.look_after_numbers")
def look_after_numbers(**_unknown: object) -> None:
    """Have counted what a lost message, or another version, has left behind. By the timetable."""
    look_after()
