"""
Ways to GitHub that wait for a person's word: which one, or whether it may really be another one.

They are sealed, because a session is stored in plain.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from apps.core.fields import DecryptionError, seal, unseal
from apps.github.api.facts import Owner
from apps.github.connecting import oauth
from apps.github.connecting.connections import Candidate
from apps.github.models import Connection
from apps.teams.models import Team

KEY = "github_pending"
TOKEN_KEY = "github_token"  # noqa: S105 -- the name of a place
LASTS = 600  # seconds


def keep_token(session: SessionBase, team: Team, token: str) -> None:
    """What somebody has entered while GitHub did not answer: they need not find it again."""
    session[TOKEN_KEY] = {"team": team.pk, "at": time.time(), "sealed": seal(token)}


def kept_token(session: SessionBase, team: Team) -> str:
    """Empty where there is none; none after ten minutes."""
    waiting = session.get(TOKEN_KEY)
    if not waiting or waiting["team"] != team.pk:
        return ""
    if not 0 <= time.time() - waiting["at"] <= LASTS:
        forget_token(session)
        return ""
    try:
        return unseal(waiting["sealed"])
    except DecryptionError:
        return ""


def forget_token(session: SessionBase) -> None:
    session.pop(TOKEN_KEY, None)


def keep(session: SessionBase, team: Team, candidates: Sequence[Candidate]) -> None:
    """Ask about these; what was asked about before is given up."""
    let_go(session)
    rows = json.dumps([asdict(candidate) for candidate in candidates], default=datetime.isoformat)
    session[KEY] = {"team": team.pk, "at": time.time(), "sealed": seal(rows)}


def kept(session: SessionBase, team: Team) -> tuple[Candidate, ...]:
    """Those that wait for this team; none after ten minutes."""
    let_go_what_is_too_old(session)
    waiting = session.get(KEY)
    return _unsealed(waiting) if waiting and waiting["team"] == team.pk else ()


def forget(session: SessionBase) -> None:
    """The person has said which one it is."""
    session.pop(KEY, None)


def let_go(session: SessionBase) -> None:
    """Nothing is taken; GitHub revokes what sign-ins gave for it."""
    waiting = session.pop(KEY, None)
    for candidate in _unsealed(waiting) if waiting else ():
        if candidate.kind == Connection.Kind.OAUTH:
            oauth.revoke(candidate.token)


def let_go_what_is_too_old(session: SessionBase) -> None:
    """Who never comes back to these pages leaves it, sealed, until the session is deleted."""
    waiting = session.get(KEY)
    if waiting and not 0 <= time.time() - waiting["at"] <= LASTS:
        let_go(session)


def _unsealed(waiting: Mapping[str, Any]) -> tuple[Candidate, ...]:
    try:
        rows = json.loads(unseal(waiting["sealed"]))
    except DecryptionError:
        return ()
    return tuple(_candidate(**row) for row in rows)


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
