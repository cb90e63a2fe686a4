"""The world of the walk: two teams full of canaries, and everybody who may knock at a door."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from apps.sandbox import grants
from apps.sandbox.jira import sign_in
from apps.sandbox.server import Sandbox, running
from tests.registrations import app_keys, registered
from tests.security.asking import Asking
from tests.security.looking import Watch, undone
from tests.security.world import World, made_world

__all__ = ["app_keys"]


@pytest.fixture(scope="session")
def model_names() -> set[str]:
    return {model._meta.label for model in apps.get_models()}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The GitHub that the pages ask."""
    with running(small=True) as servers:
        yield servers


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any, sandbox: Sandbox) -> Iterator[World]:
    """One state of the database for all tests of a file: whatever they do is taken back."""
    with django_db_blocker.unblock(), undone():
        yield made_world(sandbox.token)


@pytest.fixture
def outside(settings: Any, sandbox: Sandbox, app_keys: tuple[str, str]) -> None:
    """Every way to the outside is set up, so that no page is shut for want of one."""
    registered(settings, sandbox)
    settings.GITHUB_APP_ID, settings.GITHUB_APP_SLUG = grants.APP_ID, grants.APP_SLUG
    settings.GITHUB_APP_PRIVATE_KEY = app_keys[0]
    settings.JIRA_AUTH_URL = settings.JIRA_API_URL = sandbox.jira_url
    settings.JIRA_CLIENT_ID, settings.JIRA_CLIENT_SECRET = sign_in.CLIENT_ID, sign_in.CLIENT_SECRET
    settings.GITHUB_WEBHOOK_SECRET = "a secret that nobody guesses"


@pytest.fixture
def watch(world: World, outside: None, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.fixture
def asking(world: World, watch: Watch) -> Asking:
    return Asking(world, watch)
