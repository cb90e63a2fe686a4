"""Nothing starts by looking, however often and at whatever stage."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.notifications.models import Notification
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

PAGES = ("onboarding:status", "onboarding:connect", "dashboard:overview", "dashboard:banner")


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.COMPLETE, Status.FAILED])
def test_looking_starts_nothing(client, status):
    membership = MembershipFactory()
    team = membership.team
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=status, phase1_completed_at=timezone.now()
    )
    client.force_login(membership.user)

    for page in PAGES:
        for headers in ({}, {"HX-Request": "true"}):
            client.get(reverse(page, args=[team.slug]), headers=headers)
    client.get(reverse("onboarding:home"))

    stored = Team.objects.get(pk=team.pk)
    assert (stored.onboarding_pipeline_status, stored.pipeline_ticket) == (status, 0)
    assert not PipelineTransition.objects.exists()
    assert not Notification.objects.exists()
