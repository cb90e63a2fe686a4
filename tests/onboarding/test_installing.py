"""A GitHub App is connected by whom GitHub shows its installation, and by nobody else."""

import httpx
import pytest
from django.urls import reverse

from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection, TrackedRepository
from apps.pipeline.log import PipelineTransition
from tests.factories import MembershipFactory
from tests.onboarding.at_github import at_github, back, connect_by_app, leave, query_of, url

pytestmark = pytest.mark.django_db

SETUP = reverse("onboarding:github_setup")
NOT_HERE = "This installation of the GitHub App cannot be connected here."


def told(client, team):
    return client.get(url("connect", team)).text


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
    # Beside this one there is the one with which the repositories were counted, and no user's.
    assert github_app.grants.good_tokens() == 2


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


@pytest.mark.parametrize("choice", ["2", "-1", "", "x", "²"])
def test_what_was_not_offered_cannot_be_chosen(client, fresh, github_app, choice):
    github_app.grants.install()
    github_app.grants.install()
    connect_by_app(client, fresh, "use_installed")

    assert client.post(url("confirm", fresh), {"choice": choice}).status_code == 200
    assert not Connection.objects.exists()


def test_without_an_installation_it_says_what_to_do(client, fresh, github_app):
    connect_by_app(client, fresh, "use_installed")

    assert "The GitHub App is not installed in any account that you see" in told(client, fresh)


# --- S-030, K-19: the number of an installation proves nothing ------------------------------------


def arrive_with(client, team, installation_id):
    """Come from the App's setup with another installation's number in the address."""
    location = back(client, at_github(leave(client, team, "install")), **installation_id)
    return back(client, at_github(location.headers["Location"]))


def test_a_spoofed_installation_is_refused(client, fresh, github_app):
    """S-030, K-19: only what the person's own sign-in lists is believed."""
    github_app.grants.install()
    foreign = github_app.grants.install(seen_by={"somebody-else"})

    answer = arrive_with(client, fresh, {"installation_id": str(foreign.id)})

    assert answer.headers["Location"] == url("connect", fresh)
    assert NOT_HERE in told(client, fresh)
    assert not Connection.objects.exists()


def test_an_installation_that_does_not_exist_is_refused_with_the_same_words(
    client, fresh, github_app
):
    """S-030"""
    arrive_with(client, fresh, {"installation_id": "1"})

    assert NOT_HERE in told(client, fresh)
    assert not Connection.objects.exists()


def test_who_sees_only_a_part_of_it_cannot_give_a_team_all_of_it(client, fresh, github_app):
    """S-030: GitHub lists an installation to everybody who may read one of its repositories."""
    made = github_app.grants.install()
    made.hidden = 1

    connect_by_app(client, fresh)

    assert NOT_HERE in told(client, fresh)
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


@pytest.mark.parametrize("number", ["", "x", "-5", "1e3", "²", "9" * 30])
def test_a_number_that_is_none_is_refused(client, fresh, github_app, number):
    location = at_github(leave(client, fresh, "install"))

    assert back(client, location, installation_id=number).status_code == 400


@pytest.mark.parametrize("state", [None, "guessed"])
def test_nobody_arrives_from_a_setup_that_they_did_not_begin(client, fresh, github_app, state):
    """S-026, S-030: a link with somebody's installation in it leads nowhere."""
    location = at_github(leave(client, fresh, "install"))

    assert back(client, location, state=state).status_code == 400
    assert not Connection.objects.exists()


def test_a_state_is_good_for_its_own_door_only(client, fresh, github_app):
    """S-026: what was begun as an installation is no sign-in."""
    state = query_of(leave(client, fresh, "install"))["state"]

    answer = client.get(reverse("onboarding:github_callback"), {"state": state, "code": "x"})

    assert answer.status_code == 400
    assert github_app.grants.exchanges == 0


# --- S-031: an installation of another team -----------------------------------------------------


def test_an_installation_of_another_team_is_refused_and_does_not_move(client, fresh, github_app):
    """S-031: with the words for one that is not there, so that nobody learns of the other team."""
    connect_by_app(client, fresh)
    [installation] = github_app.grants.installations
    other = MembershipFactory(team__slug="rivals")
    client.force_login(other.user)

    answer = connect_by_app(client, other.team)

    assert answer.headers["Location"] == url("connect", other.team)
    shown = told(client, other.team)
    assert NOT_HERE in shown
    assert fresh.name not in shown
    assert Connection.objects.get().team == fresh
    assert Connection.objects.get().installation_id == installation


def test_once_a_team_has_let_it_go_another_may_take_it(client, fresh, github_app):
    connect_by_app(client, fresh)
    client.post(url("disconnect", fresh))
    other = MembershipFactory(team__slug="heirs")
    client.force_login(other.user)

    connect_by_app(client, other.team)

    assert Connection.objects.get(team=other.team).kind == "app"
    assert Connection.objects.get(team=fresh).installation_id is None


def test_a_team_can_take_its_own_installation_again(client, fresh, github_app):
    connect_by_app(client, fresh)
    Connection.objects.update(closed_because="The App is suspended. Reconnect GitHub.")

    connect_by_app(client, fresh)

    assert Connection.objects.get().is_open


# --- S-032, S-033 -------------------------------------------------------------------------------


def test_an_installation_of_another_account_is_asked_about(client, fresh, github_app):
    """S-032"""
    connect_by_app(client, fresh)
    Connection.objects.update(account_id=1, account_login="acme")
    TrackedRepository.objects.create(team=fresh, name_with_owner="acme/web")

    answer = connect_by_app(client, fresh)

    assert answer.headers["Location"] == url("confirm", fresh)
    assert "acme" in client.get(url("confirm", fresh)).text
    assert Connection.objects.get().account_login == "acme"


def test_permissions_that_are_missing_are_named(client, fresh, github_app):
    """S-033"""
    made = github_app.grants.install()
    made.permissions = {"metadata": "read", "pull_requests": "read", "contents": "read"}

    connect_by_app(client, fresh)

    shown = told(client, fresh)
    assert "Without the permission “Members”, the organisation" in shown
    assert "Without the permission “Contents”" not in shown


# --- Requests and updates -----------------------------------------------------------------------


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
