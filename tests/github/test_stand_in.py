"""Against a GitHub that executes our queries over a real history: none missing, none extra."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core.errors import TransientError
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.github.models import PullRequest
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import TeamFactory
from tests.journeys.stand_ins import needs_shared, stand_ins

pytestmark = [pytest.mark.shared, needs_shared, pytest.mark.django_db]

REPOSITORY = "netbox-community/netbox"
FAULTS = {"502": 0.03, "partial": 0.02, "secondary": 0.005}


@pytest.mark.parametrize("faults", [{}, FAULTS], ids=["calm", "with faults"])
def test_what_is_stored_is_what_github_has(settings, tmp_path, faults):
    team = TeamFactory()
    with stand_ins(tmp_path, REPOSITORY, faults=faults) as outside:
        settings.GITHUB_GRAPHQL_URL = f"{outside.github}/graphql"
        now = datetime.now(UTC)
        connect(team, token="ghp_secret", account_login="netbox-community")
        select_repositories(team, [REPOSITORY])

        run(sync.recent, team, Status.SYNCING, now)
        run(sync.older, team, Status.BACKGROUND_SYNCING, now)

        truth = outside.truth()[REPOSITORY]

    since = now - timedelta(days=90)
    expected = {one["number"]: one for one in truth if moment(one["updatedAt"]) >= since}
    found = {row.number: as_github_has_it(row) for row in PullRequest.objects.filter(team=team)}
    assert len(expected) > 100
    assert found == expected
    assert not PullRequest.objects.exclude(truncated=[]).exists()


def run(work: Any, team: Team, status: Status, started_at: datetime) -> None:
    """As the pipeline does: a step that is postponed is done again."""
    for _ in range(5):
        try:
            work(claim(team, status, onboarding_pipeline_started_at=started_at))
        except TransientError:
            continue
        return
    pytest.fail("GitHub did not let us through")


def as_github_has_it(row: PullRequest) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "state": row.state.upper(),
        "author": None if row.author.kind == "ghost" else row.author.login,
        "createdAt": stamp(row.created_at),
        "updatedAt": stamp(row.updated_at),
        "mergedAt": stamp(row.merged_at),
        "additions": row.additions,
        "deletions": row.deletions,
        "changedFiles": row.changed_files,
        "files": row.files.count(),
        "reviews": row.reviews.count(),
        "commits": row.commits.count(),
    }


def stamp(value: datetime | None) -> str | None:
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
