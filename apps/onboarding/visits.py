"""
A person's visit to another site and back: what they went for, and that it is they who return.

Kept in the session, so only the browser that left can come back. Good once, for ten minutes. Of
each site one visit at a time: who leaves for Jira can still come back from GitHub.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType

from django.contrib.sessions.backends.base import SessionBase

from apps.accounts.models import User
from apps.teams.models import Team

LASTS = 600  # seconds
ENTROPY = 32  # bytes of a state; a verifier has twice as many


class Purpose(StrEnum):
    SIGN_IN = "sign in"  # the sign-in is how the team will be connected
    INSTALL = "install"  # the App, which leads to PROVE
    PROVE = "prove"  # that an installation is the person's
    JIRA = "jira"  # the team's Jira is connected by this person
    SLACK = "slack"  # likewise its Slack


#: The place in the session of a visit, by what it is for: one a site.
KEYS: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.SIGN_IN: "github_visit",
        Purpose.INSTALL: "github_visit",
        Purpose.PROVE: "github_visit",
        Purpose.JIRA: "jira_visit",
        Purpose.SLACK: "slack_visit",
    }
)


class VisitRefused(Exception):
    """Nobody is expected back like this. The message is for the log."""


@dataclass(frozen=True)
class Visit:
    purpose: Purpose
    user_id: int
    slug: str  #: of the team
    state: str
    verifier: str
    redirect_uri: str
    installation_id: int | None  #: claimed by who came from the App's setup; proves nothing
    begun_at: float
    place: str = ""  #: which page was left, as its form says


def begin(
    session: SessionBase,
    purpose: Purpose,
    *,
    user: User,
    team: Team,
    redirect_uri: str = "",
    installation_id: int | None = None,
    place: str = "",
) -> Visit:
    """Note that the person leaves; an earlier visit to the same site is given up."""
    visit = Visit(
        purpose,
        user.pk,
        team.slug,
        secrets.token_urlsafe(ENTROPY),
        secrets.token_urlsafe(2 * ENTROPY),
        redirect_uri,
        installation_id,
        time.time(),
        place,
    )
    session[KEYS[purpose]] = asdict(visit)
    return visit


def end(session: SessionBase, state: str, *purposes: Purpose, user: User) -> Visit:
    """
    The visit from which the person returns; it cannot be returned from again.

    :param purposes: that may end at this door, one at least; all of one site.
    :raises VisitRefused: if there is none with this state, or it is too old or somebody else's.
    """
    key = KEYS[purposes[0]]
    kept = session.get(key)
    if kept is None:
        raise VisitRefused("no visit was begun, or it has ended already")
    visit = Visit(**kept | {"purpose": Purpose(kept["purpose"])})
    if not hmac.compare_digest(visit.state.encode(), state.encode()):
        raise VisitRefused("another state")
    del session[key]
    session.save()  # before anybody is asked, so that a second return finds nothing
    if visit.user_id != user.pk:
        raise VisitRefused("another user")
    if not 0 <= time.time() - visit.begun_at <= LASTS:
        raise VisitRefused("too old")
    if visit.purpose not in purposes:
        raise VisitRefused(f"returned from {visit.purpose} by another door")
    return visit
