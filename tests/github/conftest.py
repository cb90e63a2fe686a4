"""A GitHub in memory behind the address of the test settings, and a connected team."""

from collections.abc import Iterator
from typing import Any

import pytest
import respx
from celery import Task
from django.test import Client

from apps.github.models import Connection, TrackedRepository
from apps.github.webhooks import deliveries
from apps.teams.models import Team
from tests.factories import TeamFactory, TrackedRepositoryFactory
from tests.github.fakes import FakeGitHub
from tests.github.hooks import SECRET, Tell, send
from tests.github.stories import make_story, valkey_url
from tests.registrations import app_keys, github_app, oauth_app

__all__ = ["app_keys", "github_app", "make_story", "oauth_app", "valkey_url"]


@pytest.fixture
def github(settings: Any) -> Iterator[FakeGitHub]:
    fake = FakeGitHub()
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"retry_delay_seconds": 0.0}
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


@pytest.fixture
def web(team: Team) -> TrackedRepository:
    """A repository that the team reads, and GitHub's webhooks tell of."""
    return TrackedRepositoryFactory(team=team, name_with_owner="acme/web", github_id=1296269)


@pytest.fixture
def hints(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Webhooks are set up; the tasks that the broker is sent, which nobody runs."""
    settings.GITHUB_WEBHOOK_SECRET = SECRET
    sent: list[str] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, **_options: sent.append(task.name))
    return sent


@pytest.fixture
def tell(client: Client, hints: list[str]) -> Tell:
    """Send deliveries, in this order, and take them in."""

    def send_all(*told: tuple[str, Any]) -> None:
        for event, body in told:
            assert send(client, event, body).status_code == 202
        deliveries.take_in()

    return send_all
