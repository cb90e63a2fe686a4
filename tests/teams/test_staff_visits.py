"""S-025: staff say why before a team opens in the admin, and each look and change is a row."""

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import models
from django.urls import reverse

from apps.github.models import PullRequest, TrackedRepository
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Deletion, StaffVisit, Team
from tests.factories import PullRequestFactory, TeamFactory, UserFactory
from tests.teams.test_admin import change_url, press
from tests.visiting import WHY, list_of, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lantern():
    return TeamFactory(name="Lantern", slug="lantern")


def written():
    rows = StaffVisit.objects.order_by("pk")
    return [(row.user_name, row.team_name, row.what, row.why) for row in rows]


# --- Asked before anything is shown ---------------------------------------------------------------


def test_a_team_opens_only_after_staff_have_said_why(admin_client, admin_user, lantern):
    """S-025"""
    closed = admin_client.get(change_url(lantern))
    asked = admin_client.get(closed.headers["Location"])
    opened = admin_client.post(
        closed.headers["Location"], {"why": WHY, "next": change_url(lantern)}, follow=True
    )

    assert closed.status_code == 302
    assert closed.headers["Location"].startswith(reverse("admin:why", args=[lantern.pk]))
    assert "Why do you open this team?" in asked.text
    assert opened.redirect_chain == [(change_url(lantern), 302)]
    assert opened.status_code == 200
    assert written() == [(admin_user.username, "Lantern", f"Looked at team {lantern.pk}", WHY)]


@pytest.mark.parametrize("why", ["", "   ", "abc", "x" * 201])
def test_no_reason_and_a_word_are_no_reason(admin_client, lantern, why):
    answer = admin_client.post(reverse("admin:why", args=[lantern.pk]), {"why": why})

    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.text
    assert admin_client.get(change_url(lantern)).status_code == 302


def test_a_reason_is_good_for_one_team_one_session_and_an_hour(admin_client, admin_user, lantern):
    """S-025"""
    other = TeamFactory()
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        admin_client.force_login(admin_user)  # a session of this day
        visit(admin_client, lantern)
        assert admin_client.get(change_url(lantern)).status_code == 200
        assert admin_client.get(change_url(other)).status_code == 302
        clock.shift(59 * 60)
        assert admin_client.get(change_url(lantern)).status_code == 200
        admin_client.force_login(admin_user)  # the same session, since it is the same person
        assert admin_client.get(change_url(lantern)).status_code == 200
        clock.shift(61)
        assert admin_client.get(change_url(lantern)).status_code == 302
        admin_client.logout()
        admin_client.force_login(admin_user)
        assert admin_client.get(change_url(lantern)).status_code == 302


def test_nothing_is_changed_without_a_reason(admin_client, lantern):
    """S-025"""
    form = {"name": "Taken over", "_fsm_transition_to": "start"}

    answer = admin_client.post(change_url(lantern), form)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("admin:why", args=[lantern.pk]))
    assert Team.objects.get(pk=lantern.pk).name == "Lantern"
    assert not PipelineTransition.objects.exists()
    assert not StaffVisit.objects.exists()


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("whose", ["team", "repository"])
def test_every_page_of_a_row_asks(admin_client, lantern, page, whose):
    row = lantern if whose == "team" else PullRequestFactory(repository__team=lantern).repository
    name = f"{row._meta.app_label}_{row._meta.model_name}_{page}"
    address = reverse(f"admin:{name}", args=[row.pk])

    assert admin_client.get(address).headers["Location"].startswith("/admin/why/")
    visit(admin_client, lantern)

    assert admin_client.get(address).status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/admin/", "//evil.example", "/teams/lantern/", "javascript:1"]
)
def test_the_question_leads_to_pages_of_the_admin_only(admin_client, lantern, wanted):
    answer = admin_client.post(
        reverse("admin:why", args=[lantern.pk]), {"why": WHY, "next": wanted}
    )

    assert answer.headers["Location"] == change_url(lantern)


# --- Who, what, why -------------------------------------------------------------------------------


def test_a_change_says_what_was_changed(admin_client, lantern):
    """S-025"""
    press(admin_client, lantern, "", name="Lantern II")

    assert written() == [("admin", "Lantern II", "Team: Changed Name.", WHY)]


def test_a_button_and_one_that_came_too_late_are_rows(admin_client, lantern):
    """S-025"""
    press(admin_client, lantern, "start")

    assert [row[2] for row in written()] == ["Team: Moved by “start”."]
    assert press(admin_client, lantern, "start").status_code == 403
    assert len(written()) == 1  # nothing happened, and nothing was shown


def test_a_change_of_a_repository_is_a_row_of_its_team(admin_client, lantern):
    repository = PullRequestFactory(repository__team=lantern).repository
    visit(admin_client, lantern)
    address = reverse("admin:github_trackedrepository_change", args=[repository.pk])

    admin_client.post(address, {})  # lacks what the form wants
    admin_client.get(address)

    assert [row[2] for row in written()] == [
        f"Tried to change tracked repository {repository.pk}",
        f"Looked at tracked repository {repository.pk}",
    ]


def test_deleting_a_team_goes_the_way_of_its_own_admins_and_leaves_the_row(admin_client, lantern):
    """S-025: the row outlives the team."""
    visit(admin_client, lantern)
    address = reverse("admin:teams_team_delete", args=[lantern.pk])

    page = admin_client.get(address).text
    admin_client.post(address, {"post": "yes"})

    assert "with everything that was read for it; a receipt stays" in page
    assert not Team.objects.filter(pk=lantern.pk).exists()
    assert Deletion.objects.get().team_name == "Lantern"
    assert ("admin", "Lantern", "Team: deleted (Lantern)", WHY) in written()


def test_a_row_outlives_the_person_and_the_team(admin_client, admin_user, lantern):
    visit(admin_client, lantern)
    admin_client.get(change_url(lantern))
    models.QuerySet(Team).filter(pk=lantern.pk).delete()
    admin_user.delete()

    row = StaffVisit.objects.get()

    assert (row.user, row.team, row.user_name, row.team_name) == (None, None, "admin", "Lantern")


# --- The record -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["staffvisit", "deletion"])
def test_the_record_is_read_only(admin_client, lantern, name):
    visit(admin_client, lantern)
    admin_client.get(change_url(lantern))
    row = StaffVisit.objects.get()
    listed = reverse(f"admin:teams_{name}_changelist")

    assert admin_client.get(listed).status_code == 200
    assert admin_client.get(reverse(f"admin:teams_{name}_add")).status_code == 403
    if name == "staffvisit":
        address = reverse("admin:teams_staffvisit_change", args=[row.pk])
        assert WHY in admin_client.get(listed).text
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"why": "another"}).status_code == 403
        remove = reverse("admin:teams_staffvisit_delete", args=[row.pk])
        assert admin_client.post(remove, {"post": "yes"}).status_code == 403
        form = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        admin_client.post(listed, form)
        assert written()[0][3] == WHY


# --- Who may --------------------------------------------------------------------------------------


def staff_with(client, *codenames):
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(staff)
    return staff


def test_staff_without_permission_see_nothing_and_are_not_asked(client, lantern):
    staff_with(client)

    for address in (
        reverse("admin:teams_team_changelist"),
        change_url(lantern),
        reverse("admin:why", args=[lantern.pk]),
        reverse("admin:whose", args=["github", "pullrequest"]),
        reverse("admin:teams_staffvisit_changelist"),
        reverse("admin:pipeline_pipelinetransition_changelist"),
        reverse("admin:phase1_times"),
    ):
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "Lantern" not in answer.text


def test_a_permission_for_repositories_opens_theirs_and_no_other_page(client, lantern):
    repository = PullRequestFactory(repository__team=lantern).repository
    staff_with(client, "view_trackedrepository")
    visit(client, lantern)

    assert client.get(list_of(TrackedRepository, lantern)).status_code == 200
    page = reverse("admin:github_trackedrepository_change", args=[repository.pk])
    assert client.get(page).status_code == 200
    assert client.get(change_url(lantern)).status_code == 403
    assert client.get(list_of(PullRequest, lantern)).status_code == 403


def test_people_who_are_no_staff_are_sent_away(client, lantern):
    client.force_login(UserFactory())

    for name in ("why", "teams_team_change"):
        answer = client.get(reverse(f"admin:{name}", args=[lantern.pk]))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:login"))
