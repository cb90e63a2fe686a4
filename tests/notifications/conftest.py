"""A mail server, and a team whose dashboard has opened."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import STARTED
from tests.factories import MembershipFactory, TeamFactory
from tests.notifications.mailserver import MailServer, mail_server


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 2
        settings.PUBLIC_URL = "https://mergelight.test"
        yield running


def opened_team(*, run: int = 1, people: int = 1, status: Status = Status.COMPLETE) -> Team:
    """A team whose run has opened its dashboard, as the log says."""
    team = TeamFactory()
    MembershipFactory.create_batch(people, team=team)
    open_dashboard(team, run=run, status=status)
    return team


def open_dashboard(
    team: Team, *, run: int, status: Status = Status.COMPLETE, ago: timedelta = timedelta()
) -> None:
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=status,
        onboarding_pipeline_started_at=STARTED,
        phase1_completed_at=STARTED,
        pipeline_run=run,
        pipeline_ticket=run,
    )
    PipelineTransition.objects.create(
        team=team,
        ticket=run,
        run=run,
        verb="advance",
        source="computing_insights",
        target=status,
        at=timezone.now() - ago,
    )
