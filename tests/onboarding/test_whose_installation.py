"""S-030, K-19: an installation is its account's owner's alone, and its number proves nothing."""

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.sandbox.records import Account
from tests.onboarding.at_github import (
    NOT_HERE,
    at_github,
    back,
    connect_by_app,
    leave,
    query_of,
    told,
    url,
)

pytestmark = pytest.mark.django_db


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
