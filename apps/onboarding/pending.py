"""
Ways to GitHub that wait for a person's word: which one, or whether it may really be another one.

They are sealed, because a session is stored in plain.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from apps.core.fields import DecryptionError, seal, unseal
from apps.github.api.facts import Owner
from apps.github.connecting.connections import Candidate
from apps.github.models import Connection
from apps.teams.models import Team

KEY = "github_pending"
LASTS = 600  # seconds


def keep(session: SessionBase, team: Team, candidates: Sequence[Candidate]) -> None:
    rows = json.dumps([asdict(candidate) for candidate in candidates], default=datetime.isoformat)
    session[KEY] = {"team": team.pk, "at": time.time(), "sealed": seal(rows)}


def kept(session: SessionBase, team: Team) -> tuple[Candidate, ...]:
    """Those that wait for this team; none after ten minutes."""
    waiting = session.get(KEY)
    if waiting is None or waiting["team"] != team.pk or time.time() - waiting["at"] > LASTS:
        return ()
    try:
        rows = json.loads(unseal(waiting["sealed"]))
    except DecryptionError:
        return ()
    return tuple(_candidate(**row) for row in rows)


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)


def _candidate(
    *,
    kind: str,
    viewer: dict[str, str],
    account: dict[str, str],
    expires_at: str | None,
    **rest: str,
) -> Candidate:
    return Candidate(
        kind=Connection.Kind(kind),
        viewer=Owner(**viewer),  # type: ignore[arg-type] # as `keep` wrote it
        account=Owner(**account),  # type: ignore[arg-type]
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        **rest,  # type: ignore[arg-type]
    )
