"""The doors: the step advances whatever the mail server does."""

import pytest
from django.core import mail

from apps.notifications import tasks
from apps.notifications.models import Notification
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.slack.models import SlackConnection
from apps.teams.models import Team
from tests.claims import STARTED
from tests.factories import MembershipFactory
from tests.notifications.conftest import opened_team
from tests.slack.conftest import let_in, slack

__all__ = ["slack"]

pytestmark = pytest.mark.django_db


def test_the_step_writes_the_row_and_advances_without_a_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9
    team = MembershipFactory().team
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.PHASE1_COMPLETE,
        onboarding_pipeline_started_at=STARTED,
        pipeline_ticket=1,
        pipeline_run=1,
    )

    tasks.announce_ready(team_id=team.pk, ticket=1)

    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    assert Notification.objects.get().state == Notification.State.PENDING


def test_beat_announces_and_delivers_what_no_step_did():
    opened_team()

    tasks.deliver_due()
    tasks.deliver_due()

    assert len(mail.outbox) == 1
    assert Notification.objects.get().state == Notification.State.SENT


def test_a_slack_that_has_thrown_us_out_does_not_hold_the_import_up(slack):
    """R-65"""
    team = MembershipFactory().team
    let_in(slack, team)
    slack.workspace.revoke()
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.PHASE1_COMPLETE,
        onboarding_pipeline_started_at=STARTED,
        pipeline_ticket=1,
        pipeline_run=1,
    )

    tasks.announce_ready(team_id=team.pk, ticket=1)
    tasks.deliver_due()

    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    assert len(mail.outbox) == 1
    assert "Connect Slack again." in SlackConnection.objects.get().attention
