"""A team that is connected by a sign-in, without the pages, and whom GitHub lets in."""

from datetime import timedelta
from typing import Any

import httpx
from django.utils import timezone

from apps.github.api.client import open_client
from apps.github.api.credentials import Credentials
from apps.github.api.directory import viewer
from apps.github.connecting import oauth
from apps.github.connecting.connections import adopt, by_sign_in
from apps.sandbox.server import Sandbox
from tests.factories import TeamFactory

BACK = "http://testserver/github/callback/"


def signed_in(sandbox: Sandbox, *, ends_in: timedelta | None = None) -> Any:
    """:param ends_in: from now, where it is not what GitHub has said."""
    verifier = "v" * 43
    asked = oauth.authorize_url(state="s", verifier=verifier, redirect_uri=BACK)
    code = httpx.URL(httpx.get(asked).headers["Location"]).params["code"]
    grant = oauth.exchange(code, verifier=verifier, redirect_uri=BACK)
    team = TeamFactory()
    connection = adopt(team, by_sign_in(grant))
    if ends_in is not None:
        connection.token_expires_at = timezone.now() + ends_in
        connection.save()
    return team


def looks(credentials: Credentials) -> str:
    """Whether GitHub lets these in."""
    with open_client(credentials) as client:
        return viewer(client).login
