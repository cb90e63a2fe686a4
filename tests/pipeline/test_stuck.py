"""Who is stuck, and since when: each reason by a row for which it holds, and none for a healthy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from apps.pipeline.stuck import STUCK, TROUBLES, with_trouble
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

#: By trouble: how old the row's signs are in seconds, and its other columns.
SITUATIONS = {
    "failed": ({}, {"onboarding_pipeline_status": Status.FAILED}),
    "untaken": ({"pipeline_changed_at": 61}, {"pipeline_ticket": 5}),
    "silent": ({"pipeline_heartbeat_at": 46}, {}),
    "struggling": ({}, {"pipeline_attempts": 3}),
    "long": ({"onboarding_pipeline_started_at": 6 * 3600 + 1}, {}),
    "waiting": ({"pipeline_not_before": -60}, {"pipeline_ticket": 5}),
    "paused": ({}, {"pipeline_paused": True}),
    "": ({}, {}),
}


def team_with(trouble):
    ages, columns = SITUATIONS[trouble]
    now = timezone.now()
    healthy = {
        "onboarding_pipeline_status": Status.SYNCING,
        "pipeline_ticket": 4,
        "pipeline_claimed": 4,
        "pipeline_heartbeat_at": now,
        "pipeline_changed_at": now,
        "onboarding_pipeline_started_at": now,
    }
    old = {name: now - timedelta(seconds=age) for name, age in ages.items()}
    return TeamFactory(**(healthy | old | columns))


@pytest.mark.parametrize("trouble", SITUATIONS)
def test_each_trouble_is_told_by_its_row_and_only_by_it(trouble):
    team_with(trouble)

    assert with_trouble(Team.objects.all(), now=timezone.now()).get().trouble == trouble


def test_every_trouble_has_a_situation_and_a_label():
    assert set(SITUATIONS) == {*TROUBLES, ""}
    assert all(trouble.label for trouble in TROUBLES.values())


def test_who_waits_for_a_time_or_was_paused_needs_nobody():
    assert set(TROUBLES) - set(STUCK) == {"waiting", "paused"}


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.COMPLETE])
def test_a_team_at_rest_is_in_no_trouble_however_old_its_signs(status):
    long_ago = timezone.now() - timedelta(days=30)
    TeamFactory(
        onboarding_pipeline_status=status,
        pipeline_ticket=4,
        pipeline_claimed=4,
        pipeline_changed_at=long_ago,
        pipeline_heartbeat_at=long_ago,
        onboarding_pipeline_started_at=long_ago,
    )

    assert with_trouble(Team.objects.all(), now=timezone.now()).get().trouble == ""


def test_a_status_began_with_the_move_that_led_into_it_however_often_it_was_sent_again():
    team = TeamFactory()
    move(team.pk, "start", actor="mira")
    entered = team.transitions.get().at
    move(team.pk, "send_again", actor="recovery")

    found = with_trouble(Team.objects.all(), now=timezone.now()).get()

    assert found.in_status_since == entered


def test_a_team_without_a_log_has_its_status_since_its_last_move():
    team = TeamFactory()
    then = timezone.now() - timedelta(days=3)
    rows().filter(pk=team.pk).update(pipeline_changed_at=then)

    assert with_trouble(Team.objects.all(), now=timezone.now()).get().in_status_since == then
