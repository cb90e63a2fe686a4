"""S-031: an installation is one team's, until that team or an owner at GitHub lets it go."""

import pytest

from apps.github.api.errors import GitHubTokenRejected
from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection
from tests.factories import MembershipFactory
from tests.onboarding.at_github import NOT_HERE, connect_by_app, told, url

pytestmark = pytest.mark.django_db


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
