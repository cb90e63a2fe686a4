"""Deliveries as GitHub sends them: signed bodies in its shapes, cut down to what is looked at."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.test import Client

from apps.github.models import Connection, TrackedRepository
from apps.teams.models import Team
from tests.factories import TeamFactory, TrackedRepositoryFactory
from tests.github.fakes import NOW, stamp

Tell = Callable[..., None]

URL = "/github/webhook/"
SECRET = "It's a Secret to Everybody"  # GitHub's own example
INSTALLATION = 4711


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(
    client: Client,
    event: str,
    body: Any,
    *,
    delivery: str = "",
    signature: str | None = None,
    **headers: str,
) -> Any:
    """POST it; `body` is made JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    sent = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery or str(uuid4()),
        "X-Hub-Signature-256": sign(raw) if signature is None else signature,
        **headers,
    }
    return client.post(URL, raw, content_type="application/json", headers=sent)


def pull_request(
    row: TrackedRepository, number: int = 1, *, at: datetime = NOW, action: str = "edited"
) -> dict[str, Any]:
    return {
        "action": action,
        "number": number,
        "pull_request": {
            "id": 3_000_000_000 + number,
            "node_id": f"PR_{number}@{row.name_with_owner}",
            "number": number,
            "title": "Tüte 🧃",
            "body": "first\u2028second, and a secret: CANARY",
            "updated_at": stamp(at),
        },
        "repository": repository(row),
        "installation": {"id": INSTALLATION},
        "sender": {"id": 1, "login": "ada"},
    }


def review(
    row: TrackedRepository, number: int = 1, *, at: datetime, submitted_at: datetime
) -> dict[str, Any]:
    body = pull_request(row, number, at=at, action="submitted")
    return body | {"review": {"id": 5, "body": "CANARY", "submitted_at": stamp(submitted_at)}}


def installation(action: str, *, at: datetime = NOW, number: int = INSTALLATION) -> dict[str, Any]:
    return {
        "action": action,
        "installation": {"id": number, "updated_at": stamp(at), "suspended_at": None},
        "sender": {"id": 1, "login": "ada"},
    }


def taken_away(*rows: TrackedRepository, number: int = INSTALLATION) -> dict[str, Any]:
    return _moved("removed", rows, number)


def given(*rows: TrackedRepository, number: int = INSTALLATION) -> dict[str, Any]:
    return _moved("added", rows, number)


def _moved(action: str, rows: Iterable[TrackedRepository], number: int) -> dict[str, Any]:
    return {
        "action": action,
        "installation": {"id": number, "updated_at": 1525109899},
        "repositories_added": [],
        "repositories_removed": [],
        f"repositories_{action}": [repository(row) for row in rows],
    }


def repository(row: TrackedRepository, **changes: Any) -> dict[str, Any]:
    return {"id": row.github_id, "full_name": row.name_with_owner, "private": False, **changes}


def about_repository(action: str, row: TrackedRepository, **changes: Any) -> dict[str, Any]:
    return {
        "action": action,
        "repository": repository(row, **changes),
        "installation": {"id": INSTALLATION},
    }


def revoked(account_id: int) -> dict[str, Any]:
    return {"action": "revoked", "sender": {"id": account_id, "login": "ada"}}


# --- Who is told --------------------------------------------------------------------------------


def by_app(team: Team, number: int = INSTALLATION) -> None:
    Connection.objects.filter(team=team).update(
        kind=Connection.Kind.APP, installation_id=number, token=""
    )


def signed_in(team: Team, viewer_id: int) -> None:
    connection = Connection.objects.get(team=team)
    connection.kind, connection.viewer_id = Connection.Kind.OAUTH, viewer_id
    connection.token, connection.refresh_token = "ghu_secret", "ghr_secret"
    connection.save()


def another_team(web: TrackedRepository, **connection: Any) -> TrackedRepository:
    """One more team that reads the same repository."""
    team = TeamFactory()
    Connection.objects.create(team=team, account_login="acme", **connection)
    return TrackedRepositoryFactory(
        team=team, name_with_owner=web.name_with_owner, github_id=web.github_id
    )


def keys_of(row: TrackedRepository) -> dict[int, tuple[str, datetime]]:
    return {key.number: (key.state, key.updated_at) for key in row.keys.all()}
