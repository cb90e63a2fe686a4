"""S-025: the admin's lists of what teams own open for one team at a time, and none is forgotten."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from apps.github.models import Connection, PullRequest
from apps.llm.models import LlmUse
from apps.pipeline.machine import Status
from apps.teams.models import StaffVisit, Team
from apps.teams.staff.tenants import OPEN_LISTS, team_parameter, way_to_team
from tests.factories import PullRequestFactory, TeamFactory
from tests.teams.test_admin import change_url
from tests.visiting import list_of, visit

pytestmark = pytest.mark.django_db

#: Models of the admin whose rows are no team's.
OF_NO_TEAM = {
    *("auth.Group", "waffle.Sample", "waffle.Switch", "teams.Flag"),  # of the installation
    *("accounts.User", "socialaccount.SocialAccount"),  # of a person
    "github.Delivery",  # numbers only, of an installation that many teams may share
    *("teams.StaffVisit", "teams.Deletion"),  # records, which nobody changes
}


@pytest.fixture
def lantern():
    return TeamFactory(name="Lantern", slug="lantern")


def told():
    """What the newest row says was done."""
    return StaffVisit.objects.latest("pk").what


def test_a_list_of_what_teams_own_opens_for_one_team_at_a_time(admin_client, lantern):
    """S-025"""
    PullRequestFactory(repository__team=lantern, title="Secret of Lantern")
    other = TeamFactory(name="Meadow")
    PullRequestFactory(repository__team=other, title="Secret of Meadow")
    everything = reverse("admin:github_pullrequest_changelist")

    asked = admin_client.get(everything, follow=True)
    address = list_of(PullRequest, lantern)
    assert address.replace("&", "&amp;") in asked.text
    assert "Secret" not in asked.text
    assert admin_client.get(address).headers["Location"].startswith("/admin/why/")
    visit(admin_client, lantern)
    shown = admin_client.get(address)

    assert "Secret of Lantern" in shown.text
    assert "Secret of Meadow" not in shown.text
    assert told() == "Looked at list of pull requests"


@pytest.mark.parametrize("also", ["", "x", "0", "99999999999999999999"])
def test_a_second_team_in_the_address_opens_neither(admin_client, lantern, also):
    other = TeamFactory()
    PullRequestFactory(repository__team=other, title="Secret")
    visit(admin_client, lantern)
    parameter = team_parameter(PullRequest)
    address = reverse("admin:github_pullrequest_changelist")

    for query in (
        f"{parameter}={lantern.pk}&{parameter}={other.pk}",
        f"team__id={other.pk}",
        f"team__in={lantern.pk},{other.pk}",
        f"{parameter}={also}",
    ):
        answer = admin_client.get(f"{address}?{query}", follow=True)
        assert "Secret" not in answer.text


def test_lists_of_where_teams_stand_open_over_all_and_hold_no_token(admin_client, lantern):
    Connection.objects.create(team=lantern, token="ghp_secret", token_hint="cret")

    for label in OPEN_LISTS:
        meta = apps.get_model(label)._meta
        shown = admin_client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        assert shown.status_code == 200
        assert "ghp_secret" not in shown.text
        assert "cret<" not in shown.text


def test_what_is_changed_in_such_a_list_is_one_teams_too(admin_client, lantern):
    """S-025"""
    row = LlmUse.objects.create(
        team=lantern, day="2026-06-01", run=1, model="m", way="live", purpose="reading"
    )
    form = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

    refused = admin_client.post(reverse("admin:llm_llmuse_changelist"), form)
    assert refused.headers["Location"].startswith("/admin/whose/")
    assert LlmUse.objects.exists()
    visit(admin_client, lantern)
    admin_client.post(list_of(LlmUse, lantern), form)

    assert not LlmUse.objects.exists()
    assert told() == "“delete_selected” on list of use of the model, 1 of its rows"


def test_each_model_of_the_admin_is_a_teams_or_written_down_as_nobodys():
    """S-025: a new model is guarded by itself, or its place is decided here."""
    nobodys = {model._meta.label for model in admin.site._registry if way_to_team(model) is None}

    assert nobodys == OF_NO_TEAM


def test_every_list_can_be_narrowed_and_no_row_of_a_team_is_added_by_hand(admin_user, rf):
    request = rf.get("/")
    request.user = admin_user

    for model, room in admin.site._registry.items():
        if way_to_team(model) is not None and model is not Team:
            assert room.lookup_allowed(team_parameter(model), "1", request), model
            assert not room.has_add_permission(request), model


def test_the_open_lists_are_models_that_there_are():
    registered = {model._meta.label_lower for model in admin.site._registry}

    assert registered >= OPEN_LISTS


def test_a_team_that_is_being_deleted_has_no_page(admin_client):
    gone = TeamFactory(onboarding_pipeline_status=Status.DELETING)
    visit(admin_client, gone)

    assert admin_client.get(change_url(gone), follow=True).redirect_chain[-1][0] == "/admin/"
