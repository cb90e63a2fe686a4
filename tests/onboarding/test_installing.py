"""A GitHub App is connected by who owns the account that it is installed in, and nobody else."""

import httpx
import pytest
from django.urls import reverse

from apps.github.api.errors import GitHubTokenRejected
from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection, TrackedRepository
from apps.pipeline.log import PipelineTransition
from apps.sandbox.records import Account
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


@pytest.fixture
def collaborator(github_app):
    """Somebody from outside who may read a repository of the organisation; they sit at GitHub."""
    outsider = Account("User", "freelancer", 5_550_001)
    github_app.grants.visitor = outsider
    return outsider


def test_who_may_only_read_its_repositories_does_not_give_it_to_a_team(
    client, fresh, github_app, collaborator
):
    """S-030: GitHub lists an installation to everybody who may read one of its repositories."""
    made = github_app.grants.install(seen_by={collaborator.login})

    arrive_with(client, fresh, {"installation_id": str(made.id)})

    assert NOT_HERE in told(client, fresh)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("step", ["install", "use_installed"])
def test_a_member_of_the_organisation_is_no_owner_of_it(client, fresh, github_app, step):
    """S-030"""
    github_app.grants.install()
    github_app.grants.visitor = github_app.world.members[1]

    connect_by_app(client, fresh, step)

    assert not Connection.objects.exists()


def test_another_organisation_under_the_same_login_is_another(client, fresh, github_app):
    """S-030: it was renamed, and its login taken by one that the person owns."""
    login = github_app.world.organization.login
    github_app.grants.install(account=Account("Organization", login, 6_660_001))

    connect_by_app(client, fresh)

    assert NOT_HERE in told(client, fresh)
    assert not Connection.objects.exists()


def test_a_personal_account_is_connected_by_its_owner(client, fresh, github_app):
    mine = github_app.grants.visitor
    github_app.grants.install(account=mine)

    connect_by_app(client, fresh)

    connection = Connection.objects.get(team=fresh)
    assert (connection.account_id, connection.account_type) == (mine.database_id, "user")


def test_a_personal_account_of_somebody_else_is_theirs(client, fresh, github_app):
    """S-030"""
    github_app.grants.install(account=github_app.world.members[1])

    connect_by_app(client, fresh)

    assert NOT_HERE in told(client, fresh)
    assert not Connection.objects.exists()


def test_an_installation_of_which_github_does_not_tell_the_owner_stands_in_nobodys_way(
    client, fresh, github_app
):
    grants = github_app.grants
    grants.install(account=Account("Organization", "in-trouble", 6_660_001))
    grants.troubled.add("in-trouble")
    good = grants.install()

    connect_by_app(client, fresh, "use_installed")

    assert Connection.objects.get().installation_id == good.id


def test_while_github_does_not_tell_the_owner_it_says_that_and_not_that_there_is_none(
    client, fresh, github_app
):
    github_app.grants.troubled.add(github_app.world.organization.login)

    connect_by_app(client, fresh)

    assert "GitHub does not answer at the moment." in told(client, fresh)
    assert not Connection.objects.exists()


def test_of_the_installation_that_was_just_made_alone_the_owner_is_asked(client, fresh, github_app):
    """Otherwise the slowest of many would decide how long the page takes."""
    grants = github_app.grants
    for number in range(30):
        grants.install(account=Account("Organization", f"client-{number}", 6_660_001 + number))
    wanted = grants.install()

    arrive_with(client, fresh, {"installation_id": str(wanted.id)})

    assert Connection.objects.get().installation_id == wanted.id


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


def test_an_owner_gets_it_back_by_installing_the_app_again(client, fresh, github_app):
    """S-031: the new installation has another number, and the other team's way is closed."""
    connect_by_app(client, fresh)
    owner = MembershipFactory(team__slug="owners")
    client.force_login(owner.user)
    connect_by_app(client, owner.team)
    assert "uninstall the App at GitHub and install it again" in told(client, owner.team)

    github_app.grants.installations.clear()
    connect_by_app(client, owner.team)

    [installation] = github_app.grants.installations
    assert Connection.objects.get(team=owner.team).installation_id == installation
    with pytest.raises(GitHubTokenRejected, match="no longer installed"):
        credentials_of(fresh).token()


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
    made.permissions = {"metadata": "read", "pull_requests": "read", "members": "read"}

    connect_by_app(client, fresh)

    shown = told(client, fresh)
    assert "Without the permission “Contents”, messages of commits" in shown
    assert "Without the permission “Members”" not in shown


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
