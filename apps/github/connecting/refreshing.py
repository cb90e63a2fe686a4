"""The token of a sign-in, exchanged for the next one before it ends."""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.github.api.errors import GitHubDown, GitHubError, GitHubTokenRejected
from apps.github.api.rest.client import NO_ANSWER, TIMEOUT
from apps.github.connecting import oauth
from apps.github.connecting.oauth import Grant
from apps.github.models import Connection

logger = logging.getLogger(__name__)

#: A token that ends sooner than this is refreshed: a step may take an hour.
LONGEST_USE = timedelta(minutes=70)
#: While GitHub gives no new one, the old one is used until so long before its end.
LAST_USE = timedelta(minutes=5)
#: Longer than one request may take; whoever has not ended by then has died.
LONGEST_REFRESH = timedelta(seconds=TIMEOUT + 10)
_LOOKS_EVERY = 0.1  # seconds, at what another process is doing


def with_a_good_token(connection: Connection) -> Connection:
    """
    The connection as it is, or with a new pair of tokens, which is stored.

    GitHub takes a refresh token once, and ends the old token with it. So one process at a time
    refreshes, and the others wait for its pair; no transaction is open while GitHub is asked.

    :raises GitHubTokenRejected: if GitHub takes the refresh token no more.
    :raises GitHubError: if it gives no new token, and the old one ends too soon.
    """
    deadline = time.monotonic() + LONGEST_REFRESH.total_seconds()
    while _ends_within(LONGEST_USE, connection):
        if claim := _claim(connection):
            return _refreshed(connection, claim)
        if time.monotonic() > deadline:
            if not _ends_within(LAST_USE, connection):
                return connection
            raise GitHubDown(NO_ANSWER)
        time.sleep(_LOOKS_EVERY)
        connection.refresh_from_db()
        if not connection.is_open:
            raise GitHubTokenRejected(connection.closed_because)
    return connection


def _ends_within(period: timedelta, connection: Connection) -> bool:
    ends = connection.token_expires_at
    return ends is not None and ends - timezone.now() < period


def _claim(connection: Connection) -> datetime | None:
    """Since when it is for us to refresh; None where somebody else does, or has done it."""
    now = timezone.now()
    free = Q(refreshing_since=None) | Q(refreshing_since__lt=now - LONGEST_REFRESH)
    unchanged = Q(pk=connection.pk, token_expires_at=connection.token_expires_at)
    return now if Connection.objects.filter(free, unchanged).update(refreshing_since=now) else None


def _refreshed(connection: Connection, claim: datetime) -> Connection:
    try:
        grant = oauth.refreshed(connection.refresh_token)
    except GitHubTokenRejected:
        _store(connection.pk, claim, None)
        raise
    except GitHubError as exc:
        if _ends_within(LAST_USE, connection):
            raise
        logger.warning("team %s: its old token is used on: %s", connection.team_id, exc)
        return connection
    else:
        if renewed := _store(connection.pk, claim, grant):
            return renewed
        oauth.revoke(grant.token)
        raise GitHubDown(NO_ANSWER)
    finally:
        Connection.objects.filter(pk=connection.pk, refreshing_since=claim).update(
            refreshing_since=None
        )


def _store(pk: int, claim: datetime, grant: Grant | None) -> Connection | None:
    """
    Keep the new pair, or that there is none any more.

    None where the team has meanwhile let its way go, or taken another: that stays as it is.
    """
    with transaction.atomic():
        connection = Connection.objects.select_for_update().get(pk=pk)
        if connection.refreshing_since != claim:
            return None
        if grant is None:
            connection.hold()
            connection.closed_because = oauth.ENDED
        else:
            connection.hold(grant.token, grant.refresh_token, grant.expires_at)
        connection.save()
    return connection
