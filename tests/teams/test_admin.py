"""The admin's buttons: what the status allows, who may, and the same door as everybody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.recovery import DIED
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import TeamFactory, UserFactory
from tests.visiting import visit

pytestmark = pytest.mark.django_db

BUTTONS = {
    Status.NOT_STARTED: {"start"},
    Status.SYNCING: {"pause", "cancel", "restart"},
    Status.FAILED: {"retry", "restart"},
    Status.COMPLETE: {"restart"},
}
OPEN = {
    Status.FAILED: {"retry", "refresh", "restart"},
    Status.COMPLETE: {"refresh", "restart"},
}


def change_url(team: Team) -> str:
    return reverse("admin:teams_team_change", args=[team.pk])


def look(client, team: Team) -> str:
    visit(client, team)
    return client.get(change_url(team)).text


def press(client, team: Team, verb: str, **entered: str):
    visit(client, team)
    form = {
        "name": team.name,
        "slug": team.slug,
        "time_zone": team.time_zone,
        "llm_enabled": "on",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
        "_fsm_transition_to": verb,
    }
    return client.post(change_url(team), form | entered)


@pytest.mark.parametrize(
    ("status", "verbs", "opened_at"),
    [(*row, None) for row in BUTTONS.items()] + [(*row, timezone.now()) for row in OPEN.items()],
)
def test_one_button_for_each_allowed_move(admin_client, status, verbs, opened_at):
    team = TeamFactory(onboarding_pipeline_status=status, phase1_completed_at=opened_at)

    page = look(admin_client, team)

    offered = {verb for verb in dir(Team) if f'value="{verb}"' in page}
    assert offered == verbs


def test_a_button_moves_the_team_once_and_both_logs_say_who(admin_client, admin_user):
    team = TeamFactory()

    press(admin_client, team, "start")

    transition = PipelineTransition.objects.get(team=team)
    assert (transition.verb, transition.actor) == ("start", admin_user.username)
    assert Team.objects.get(pk=team.pk).pipeline_ticket == 1
    assert LogEntry.objects.filter(object_id=str(team.pk), change_message__contains="start")


def test_the_log_beside_the_buttons_names_the_colleague_who_has_pressed(admin_client, admin_user):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)

    press(admin_client, team, "pause")

    page = look(admin_client, team)
    assert f"Paused by {admin_user.username}" in page


@pytest.mark.parametrize("verb", ["advance", "fail", "send_again", "postpone", "retry"])
def test_a_hidden_or_impossible_move_cannot_be_posted(admin_client, verb):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)

    assert press(admin_client, team, verb).status_code == 403

    assert Team.objects.get(pk=team.pk).pipeline_ticket == 0


def test_staff_without_the_permission_see_no_button_and_cannot_post_one(client):
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_team", "change_team"]))
    client.force_login(staff)
    team = TeamFactory()

    assert 'value="start"' not in look(client, team)
    assert press(client, team, "start").status_code == 403
    assert PipelineTransition.objects.count() == 0


def test_an_admin_click_on_save_moves_nothing(admin_client):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=4)

    press(admin_client, team, "")

    assert Team.objects.get(pk=team.pk).pipeline_ticket == 4


def test_an_update_is_told_as_one_beside_the_buttons_and_in_its_run_only(admin_client):
    team = TeamFactory(onboarding_pipeline_status=Status.BACKGROUND_METRICS)
    move(team.pk, "advance", actor="worker")
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.COMPLETE, phase1_completed_at=timezone.now()
    )
    press(admin_client, team, "refresh")

    page = look(admin_client, team)

    assert "Update asked for by admin: Reading what has changed at GitHub" in page
    assert "Finding what stands out over the whole time" in page


def test_the_buttons_work_for_the_team_with_the_longest_log(admin_client):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=3000)
    PipelineTransition.objects.bulk_create(
        PipelineTransition(
            team=team, ticket=ticket, run=1, verb="save", source="syncing", target="syncing"
        )
        for ticket in range(1, 3001)
    )

    page = look(admin_client, team)
    press(admin_client, team, "cancel")

    assert page.count("syncing → syncing") == 50
    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.FAILED


def test_the_log_stands_beside_the_buttons(admin_client):
    team = TeamFactory()
    press(admin_client, team, "start")

    page = look(admin_client, team)

    assert "syncing_members" in page
    assert "Started by admin: Looking up who belongs to the team" in page


def test_staff_see_which_process_has_the_ticket_and_how_far_the_step_is(admin_client):
    team = TeamFactory(
        onboarding_pipeline_status=Status.SYNCING,
        pipeline_worker="host/boot/pid:[1] 7.1 8.2",
        pipeline_position="120 of 497 pull requests",
    )
    move(team.pk, "send_again", actor="recovery", reason=DIED)

    page = look(admin_client, team)
    teams = admin_client.get(reverse("admin:teams_team_changelist")).content.decode()
    log = admin_client.get(reverse("admin:pipeline_pipelinetransition_changelist")).content.decode()

    assert "host/boot/pid:[1] 7.1 8.2" in page
    assert "Resumed at 120 of 497 pull requests: its worker had died" in page
    assert "120 of 497 pull requests" in teams
    assert "120 of 497 pull requests" in log


def test_staff_set_what_a_team_may_spend_and_see_what_it_has_spent(admin_client):
    team = TeamFactory()
    assert "no call is recorded" in look(admin_client, team)
    for back, nano_usd in ((0, 12_300_000), (29, 1_000_000), (30, 5_000_000_000)):
        team.llm_use.create(
            day=timezone.now().date() - timedelta(days=back),
            run=1,
            model="m",
            way="live",
            purpose="reading",
            requests=600,
            nano_usd=nano_usd,
        )

    page = look(admin_client, team)
    press(admin_client, team, "", llm_daily_usd="0.50", llm_enabled="")

    assert "1,200 calls, $0.0133" in page
    assert f'{reverse("admin:llm_llmuse_changelist")}?team__id__exact={team.pk}"' in page
    changed = Team.objects.get(pk=team.pk)
    assert (changed.llm_daily_usd, changed.llm_enabled) == (Decimal("0.50"), False)


def test_a_team_without_a_row_yet_has_a_page_to_add_it(admin_client):
    assert admin_client.get(reverse("admin:teams_team_add")).status_code == 200


@pytest.mark.parametrize("name", ["teams_team", "teams_flag", "pipeline_pipelinetransition"])
def test_the_lists_open(admin_client, name):
    TeamFactory()

    assert admin_client.get(reverse(f"admin:{name}_changelist")).status_code == 200
