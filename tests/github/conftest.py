"""A GitHub in memory behind the address of the test settings, and a connected team."""

from collections.abc import Iterator

import pytest
import respx
from django.conf import settings

from apps.github.models import Connection
from apps.teams.models import Team
from tests.factories import TeamFactory
from tests.github.fakes import FakeGitHub


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    fake = FakeGitHub()
    monkeypatch.setitem(settings.HISTORICAL_SYNC_CONFIG, "retry_delay_seconds", 0.0)
    with respx.mock(assert_all_called=False) as router:
        router.post(settings.GITHUB_GRAPHQL_URL).mock(side_effect=fake)
        yield fake


@pytest.fixture
def team(db: None) -> Team:
    team = TeamFactory()
    Connection.objects.create(
        team=team,
        token="ghp_secret",
        viewer_login="viewer",
        account_login="acme",
        account_type=Connection.AccountType.ORGANIZATION,
    )
    return team
