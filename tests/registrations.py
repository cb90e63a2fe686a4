"""This site as GitHub knows it, in the sandbox: an OAuth app, or a GitHub App."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from apps.sandbox import grants
from apps.sandbox.server import Sandbox, running


@pytest.fixture(scope="session")
def app_keys() -> tuple[str, str]:
    """A GitHub App's private and public key, in PEM form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture
def oauth_app(settings: Any) -> Iterator[Sandbox]:
    """A GitHub at which this site is an OAuth app; who sits in front of it agrees to everything."""
    with running(small=True) as sandbox:
        registered(settings, sandbox)
        yield sandbox


@pytest.fixture
def github_app(settings: Any, app_keys: tuple[str, str]) -> Iterator[Sandbox]:
    """A GitHub at which this site is a GitHub App."""
    private, public = app_keys
    setup = "http://testserver/github/setup/"
    with running(small=True, app_key=public, setup_url=setup) as sandbox:
        registered(settings, sandbox)
        settings.GITHUB_APP_ID, settings.GITHUB_APP_SLUG = grants.APP_ID, grants.APP_SLUG
        settings.GITHUB_APP_PRIVATE_KEY = private
        yield sandbox


def registered(settings: Any, sandbox: Sandbox) -> None:
    settings.GITHUB_API_URL = settings.GITHUB_WEB_URL = sandbox.github_url
    settings.GITHUB_GRAPHQL_URL = sandbox.graphql_url
    settings.GITHUB_CLIENT_ID = grants.CLIENT_ID
    settings.GITHUB_CLIENT_SECRET = grants.CLIENT_SECRET
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_retries": 0}
    sandbox.grants.visitor = sandbox.world.members[0]
