"""Who installs the GitHub App connects the team, and reads what is missing, and what to do then."""

import httpx
import pytest
from django.urls import reverse

from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection, TrackedRepository
from apps.pipeline.log import PipelineTransition
from tests.onboarding.at_github import at_github, back, connect_by_app, leave, told, url

pytestmark = pytest.mark.django_db

SETUP = reverse("onboarding:github_setup")


def test_who_installs_the_app_connects_the_team_and_no_token_is_kept(client, fresh, github_app):
    answer = connect_by_app(client, fresh)

    assert answer.headers["Location"] == url("repositories", fresh)
    connection = Connection.objects.get(team=fresh)
    [installation] = github_app.grants.installations
    organization = github_app.world.organization
    assert (connection.kind, connection.installation_id) == ("app", installation)
    assert (connection.account_login, connection.account_id) == (
        organization.login,
        organization.database_id,
    )
    assert (connection.account_type, connection.viewer_login) == ("organization", "mira-okafor")
    assert (connection.token, connection.refresh_token) == ("", "")


def test_the_token_that_has_proven_the_installation_is_revoked(client, fresh, github_app):
    connect_by_app(client, fresh)

    credentials = credentials_of(fresh)
    credentials.token()
    assert github_app.grants.good_tokens() == 1  # this one, and no user's


def test_its_repositories_are_offered_and_start_the_import(client, fresh, github_app):
    connect_by_app(client, fresh)

    shown = client.get(url("repositories", fresh)).text
    assert "northwind-labs/harbor" in shown
    client.post(
        url("repositories", fresh),
        {"account": "northwind-labs", "names": "northwind-labs/harbor"},
    )

    assert TrackedRepository.objects.get(team=fresh).name_with_owner == "northwind-labs/harbor"
    assert PipelineTransition.objects.count() == 1


def test_an_installation_that_exists_already_is_found(client, fresh, github_app):
    made = github_app.grants.install()

    connect_by_app(client, fresh, "use_installed")

    assert Connection.objects.get(team=fresh).installation_id == made.id


def test_of_several_installations_one_is_chosen(client, fresh, github_app):
    github_app.grants.install()
    wanted = github_app.grants.install()

    answer = connect_by_app(client, fresh, "use_installed")
    assert answer.headers["Location"] == url("confirm", fresh)
    client.post(url("confirm", fresh), {"choice": "1"})

    assert Connection.objects.get(team=fresh).installation_id == wanted.id


@pytest.mark.parametrize("choice", ["2", "-1", "", "x", "²", "9" * 5000])
def test_what_was_not_offered_cannot_be_chosen(client, fresh, github_app, choice):
    github_app.grants.install()
    github_app.grants.install()
    connect_by_app(client, fresh, "use_installed")

    assert client.post(url("confirm", fresh), {"choice": choice}).status_code == 200
    assert not Connection.objects.exists()


def test_without_an_installation_it_says_what_to_do(client, fresh, github_app):
    connect_by_app(client, fresh, "use_installed")

    assert "The GitHub App is not installed in any account that you own" in told(client, fresh)


# --- S-032: another account -----------------------------------------------------------------------


def test_an_installation_of_another_account_is_asked_about(client, fresh, github_app):
    """S-032"""
    connect_by_app(client, fresh)
    Connection.objects.update(account_id=1, account_login="acme")
    TrackedRepository.objects.create(team=fresh, name_with_owner="acme/web")

    answer = connect_by_app(client, fresh)

    assert answer.headers["Location"] == url("confirm", fresh)
    assert "acme" in client.get(url("confirm", fresh)).text
    assert Connection.objects.get().account_login == "acme"


# --- S-033: less than was asked for ---------------------------------------------------------------


def test_permissions_that_are_missing_are_named(client, fresh, github_app):
    """S-033"""
    made = github_app.grants.install()
    made.permissions = {"metadata": "read", "pull_requests": "read", "members": "read"}

    connect_by_app(client, fresh)

    shown = told(client, fresh)
    assert "Without the permission “Contents”, messages of commits" in shown
    assert "Without the permission “Members”" not in shown


def test_without_the_permission_members_it_says_what_an_owner_can_do(client, fresh, github_app):
    made = github_app.grants.install()
    made.permissions = {"metadata": "read", "pull_requests": "read", "contents": "read"}

    connect_by_app(client, fresh)

    assert "was not granted the permission “Members”" in told(client, fresh)
    assert not Connection.objects.exists()


def test_a_suspended_installation_is_not_connected(client, fresh, github_app):
    github_app.grants.install().is_suspended = True

    connect_by_app(client, fresh)

    assert not Connection.objects.exists()


def test_a_suspended_installation_does_not_stand_in_the_way_of_another(client, fresh, github_app):
    github_app.grants.install().is_suspended = True
    good = github_app.grants.install()

    connect_by_app(client, fresh, "use_installed")

    assert Connection.objects.get().installation_id == good.id


# --- Requests and updates -------------------------------------------------------------------------


def test_a_request_to_the_owners_is_explained(client, fresh, github_app):
    location = at_github(leave(client, fresh, "install"))

    answer = back(client, location, setup_action="request", installation_id=None)

    assert answer.headers["Location"] == url("connect", fresh)
    assert "was sent to the owners of the organisation" in told(client, fresh)
    assert not Connection.objects.exists()


def test_who_comes_from_changing_the_repositories_at_github_just_goes_on(client, fresh, github_app):
    answer = client.get(SETUP, {"installation_id": "5", "setup_action": "update"})

    assert answer.headers["Location"] == reverse("onboarding:home")
    assert not Connection.objects.exists()


def test_the_sandbox_gives_no_token_to_who_cannot_sign(github_app):
    made = github_app.grants.install()
    address = f"{github_app.github_url}/app/installations/{made.id}/access_tokens"

    assert httpx.post(address, headers={"Authorization": "Bearer forged"}).status_code == 401
