"""Against the invented GitHub inside the project: its pull requests arrive whole."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.github.models import Person, PullRequest, TrackedRepository
from apps.github.syncing import members, sync
from apps.pipeline.machine import Status
from apps.sandbox import records
from apps.sandbox.server import running
from tests.claims import claim
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def test_a_team_of_the_sandbox_is_connected_and_synced(settings):
    team, now = TeamFactory(), datetime.now(UTC)
    with running(small=True, now=now) as sandbox:
        settings.GITHUB_GRAPHQL_URL = sandbox.graphql_url
        with open_client(sandbox.token) as client:
            organisation = directory.accounts(client)[1]
            found = directory.repositories(client, organisation.login)
        connect(team, token=sandbox.token, account_login=organisation.login)
        select_repositories(team, [one.name_with_owner for one in found])

        members.sync(claim(team, Status.SYNCING_MEMBERS))
        sync.recent(claim(team, Status.SYNCING, onboarding_pipeline_started_at=now))
        sync.older(claim(team, Status.BACKGROUND_SYNCING, onboarding_pipeline_started_at=now))

        since = now - timedelta(days=90)
        known = {
            as_the_world_has_it(one)
            for one in sandbox.world.pull_requests
            if one.updated_at >= since
        }

    rows = PullRequest.objects.select_related("repository", "author")
    assert {as_stored(row) for row in rows} == known
    assert Person.objects.filter(is_member=True).exists()
    assert {row.sync_status for row in TrackedRepository.objects.all()} == {"completed"}


def as_stored(row: PullRequest) -> tuple[object, ...]:
    return (
        *(row.repository.name_with_owner, row.number, row.title, row.state, row.author.login),
        *(row.created_at, row.updated_at, row.merged_at, row.head_ref, tuple(row.labels)),
        *(row.reviews.count(), row.commits.count(), row.files.count(), row.github_id),
    )


def as_the_world_has_it(one: records.PullRequest) -> tuple[object, ...]:
    author = one.author.login if one.author else "ghost"
    labels = tuple(label.name for label in one.labels)
    return (
        *(one.repository.name_with_owner, one.number, one.title, one.state.lower(), author),
        *(one.created_at, one.updated_at, one.merged_at, one.head_ref_name, labels),
        *(len(one.reviews), len(one.commits), len(one.files), one.full_database_id),
    )
