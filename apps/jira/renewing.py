"""The token of a sign-in at Atlassian, exchanged for the next one before it ends."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.fields import DecryptionError
from apps.jira import oauth
from apps.jira.client import NO_ANSWER
from apps.jira.errors import JiraDown, JiraError, JiraRefused
from apps.jira.models import JiraConnection
from apps.jira.oauth import Grant

logger = logging.getLogger(__name__)

#: A token that ends sooner is renewed; each request asks anew which one to show.
SOON = timedelta(minutes=5)
#: While Atlassian gives no new one, the old one is used until so long before its end.
LAST_USE = timedelta(seconds=30)
GONE = "Jira was disconnected."
UNREADABLE = "The stored tokens can no longer be read. Connect Jira again."
_LOOKS_EVERY = 0.1  # seconds, at what another process is doing


def good_token(pk: int, refused: str = "") -> str:
    """
    A token of the connection to show Jira; a new pair is got and stored where that has to be.

    Atlassian takes a refresh token once. So the row says who renews, by compare-and-set, and the
    others wait for that pair; no transaction, and so no lock of the database, is held while
    Atlassian is asked. A process that dies at it is waited for as long as a request may take.

    :param refused: a token that Jira has just answered 401: it is renewed, if it is still the one.
    :raises JiraRefused: if Atlassian takes the refresh token no more, or the connection is gone.
    :raises JiraError: if it gives no new token, and the old one is no good.
    """
    longest = timedelta(seconds=settings.JIRA_TIMEOUT + 10)
    deadline = time.monotonic() + longest.total_seconds()
    while True:
        connection = JiraConnection.objects.filter(pk=pk).first()
        if connection is None:
            raise JiraRefused(GONE)
        token = _read(connection)
        if token != refused and not _ends_within(SOON, connection):
            return token
        if claim := _claim(connection, longest):
            return _renewed(connection, claim, refused)
        if time.monotonic() > deadline:
            return _old_one(connection, refused, JiraDown(NO_ANSWER))
        time.sleep(_LOOKS_EVERY)


def _read(connection: JiraConnection) -> str:
    try:
        return connection.access_token
    except DecryptionError as exc:
        raise JiraRefused(UNREADABLE) from exc


def _ends_within(period: timedelta, connection: JiraConnection) -> bool:
    ends = connection.token_expires_at
    return ends is None or ends - timezone.now() < period


def _claim(connection: JiraConnection, longest: timedelta) -> datetime | None:
    """Since when it is for us to renew; None where somebody else does, or has done it."""
    now = timezone.now()
    free = Q(refreshing_since=None) | Q(refreshing_since__lt=now - longest)
    unchanged = Q(pk=connection.pk, token_expires_at=connection.token_expires_at)
    claimed = JiraConnection.objects.filter(free, unchanged).update(refreshing_since=now)
    return now if claimed else None


def _renewed(connection: JiraConnection, claim: datetime, refused: str) -> str:
    try:
        grant = oauth.renewed(connection.refresh_token)
    except DecryptionError as exc:
        raise JiraRefused(UNREADABLE) from exc
    except JiraRefused:
        raise
    except JiraError as exc:
        return _old_one(connection, refused, exc)
    else:
        if _store(connection.pk, claim, grant):
            return grant.token
        # Disconnected, or connected anew, in the meantime. The pair is dropped and not revoked:
        # Atlassian keeps one grant of a person for this site, and would end the new one with it.
        raise JiraDown(NO_ANSWER)
    finally:
        JiraConnection.objects.filter(pk=connection.pk, refreshing_since=claim).update(
            refreshing_since=None
        )


def _old_one(connection: JiraConnection, refused: str, reason: JiraError) -> str:
    """:raises JiraError: the reason why there is no new one, if the old one is no good."""
    if connection.access_token == refused or _ends_within(LAST_USE, connection):
        raise reason
    logger.warning("team %s: its old token of Jira is used on: %s", connection.team_id, reason)
    return connection.access_token


def _store(pk: int, claim: datetime, grant: Grant) -> bool:
    """Keep the new pair; False where the team has let this way go, or taken another."""
    with transaction.atomic():
        connection = JiraConnection.objects.select_for_update().filter(pk=pk).first()
        if connection is None or connection.refreshing_since != claim:
            return False
        connection.hold(grant.token, grant.refresh_token, grant.expires_at)
        connection.scopes = grant.scopes[:255]
        connection.save(
            update_fields=[
                *("access_token", "refresh_token", "token_expires_at"),
                *("refreshing_since", "scopes", "modified"),
            ]
        )
    return True
