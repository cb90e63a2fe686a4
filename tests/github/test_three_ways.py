"""Whatever a team's way to GitHub is, it is read whole; and once the way is closed, it stops."""

from datetime import UTC, datetime

import pytest

from apps.github.api.errors import GitHubTokenRejected
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import close, connect, connection_of
from apps.github.models import Connection, Person, PullRequest
from apps.github.syncing import members, sync
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.factories import TeamFactory
from tests.github.signing_in import signed_in

pytestmark = pytest.mark.django_db

HARBOR = "northwind-labs/harbor"


def by_token(sandbox):
    team = TeamFactory()
    connect(team, token=sandbox.token, account_login="northwind-labs")
    return team


def by_installation(sandbox):
    team = TeamFactory()
    Connection.objects.create(
        team=team,
        kind="app",
        installation_id=sandbox.grants.install().id,
        account_login="northwind-labs",
        account_type="organization",
    )
    return team


def by_sign_in(sandbox):
    team = signed_in(sandbox)
    Connection.objects.update(account_login="northwind-labs", account_type="organization")
    return team


def read(team):
    select_repositories(team, [HARBOR])
    members.sync(claim(team, Status.SYNCING_MEMBERS))
    now = datetime.now(UTC)
    sync.recent(claim(team, Status.SYNCING, onboarding_pipeline_started_at=now))
    sync.older(claim(team, Status.BACKGROUND_SYNCING, onboarding_pipeline_started_at=now))


@pytest.mark.parametrize("way", [by_token, by_sign_in, by_installation])
def test_a_team_is_read_whole(github_app, way):
    """K-22 begins here: no kind of connection is special to the sync."""
    team = way(github_app)

    read(team)

    theirs = {pull.number for pull in github_app.world.pull_requests_by_repository[HARBOR]}
    stored = set(PullRequest.objects.values_list("number", flat=True))
    assert stored
    assert stored <= theirs
    assert Person.objects.filter(is_member=True).count() == len(github_app.world.members)


def test_an_app_whose_token_is_rejected_in_the_middle_goes_on_with_another(github_app):
    team = by_installation(github_app)
    select_repositories(team, [HARBOR])
    github_app.github.change({"next": ["", "", "401"]})

    read(team)

    assert github_app.github.counts["fault 401"] == 1
    assert PullRequest.objects.exists()


def test_a_team_whose_app_was_suspended_stops_with_a_sentence(github_app):
    """S-041"""
    team = by_installation(github_app)
    select_repositories(team, [HARBOR])
    [made] = github_app.grants.installations.values()
    now = datetime.now(UTC)
    syncing = claim(team, Status.SYNCING, onboarding_pipeline_started_at=now)
    made.is_suspended = True

    with pytest.raises(GitHubTokenRejected, match="The GitHub App is suspended"):
        sync.recent(syncing)


def test_a_team_whose_way_was_closed_asks_nothing_more(github_app):
    """S-041: before GitHub is asked anything."""
    team = by_token(github_app)
    select_repositories(team, [HARBOR])
    close(connection_of(team), because="mira has taken it back. Reconnect GitHub.")
    asked = github_app.github.counts["graphql"]

    with pytest.raises(GitHubTokenRejected, match="mira has taken it back"):
        sync.recent(claim(team, Status.SYNCING))

    assert github_app.github.counts["graphql"] == asked
