"""
What GitHub tells about the ways to a repository: closed, opened, taken away, given, changed.

What has become of a repository is not believed but asked: events come in any order, and not every
team's way leads to what they name. So a row is only noted as told of, and the next run looks it up.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django_fsm import ConcurrentTransition

from apps.github.connecting import installations
from apps.github.connecting.connections import close, look_up_permissions
from apps.github.models import Connection, Delivery, TrackedRepository
from apps.github.webhooks import signed
from apps.github.webhooks.readers import is_told, readers
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.refreshes import WEBHOOK, request_refresh
from apps.pipeline.rows import rows

logger = logging.getLogger(__name__)

REVOKED = "{viewer} has taken our permission back at GitHub. Reconnect GitHub."
TAKEN_AWAY = (
    "This repository is no longer accessible: our app was not left the right to read it, or it "
    "has moved to an owner without our app. What was read of it stays."
)
#: By action of an installation. Any other opens the way again.
CLOSING: Mapping[str, str] = MappingProxyType(
    {"deleted": installations.UNINSTALLED, "suspend": installations.SUSPENDED}
)


def take_in(delivery: Delivery) -> None:
    """Write what a delivery that is not of a pull request means; inside a transaction."""
    if delivery.event == signed.INSTALLATION:
        _installation(delivery)
    elif delivery.event == signed.AUTHORIZATION:
        # Not one that was made or renewed since: its token is of a later authorization.
        _close(authorized_by(delivery).filter(modified__lte=delivery.received_at), REVOKED)
    elif delivery.event == signed.INSTALLATION_REPOSITORIES:
        _given_or_taken(delivery)
    else:
        _repository(delivery)


def authorized_by(delivery: Delivery) -> QuerySet[Connection]:
    """
    The connections that stand on the authorization that was taken back: no App's, which stays.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization
    """
    return Connection.objects.filter(kind=Connection.Kind.OAUTH, viewer_id=delivery.account_id)


def named(delivery: Delivery) -> QuerySet[TrackedRepository]:
    """Of the repositories that were added to an installation or removed, those of its team."""
    return TrackedRepository.objects.filter(
        team__github__installation_id=delivery.installation_id,
        github_id__in=delivery.repository_ids,
    )


def _given_or_taken(delivery: Delivery) -> None:
    """Taken is shown at once; but the look that follows has the last word, whichever came first."""
    repositories = named(delivery)
    if delivery.action == "removed":
        repositories.update(sync_status=TrackedRepository.SyncStatus.FAILED, sync_error=TAKEN_AWAY)
    _look_up_again(repositories)


def _repository(delivery: Delivery) -> None:
    told = [
        row.pk
        for row in readers([delivery.repository_id])
        if is_told(row, installation_id=delivery.installation_id)
    ]
    _look_up_again(TrackedRepository.objects.filter(pk__in=told))


def _look_up_again(repositories: QuerySet[TrackedRepository]) -> None:
    """By `touched.ask_for_refreshes`, or by whichever run begins before."""
    repositories.update(told_at=Now())


def _installation(delivery: Delivery) -> None:
    """
    Do as GitHub's last word on this installation says, which need not be this one.

    GitHub promises no order. The connection is locked before words are compared, so that whoever
    comes last has heard all of them. One that was uninstalled never comes back under its number.
    """
    number = delivery.installation_id
    connections = Connection.objects.filter(installation_id=number)
    if number is None or not list(connections.select_for_update()):
        return
    words = Delivery.objects.filter(
        event=signed.INSTALLATION, installation_id=delivery.installation_id
    ).order_by("updated_at", "pk")
    actions = list(words.values_list("action", flat=True))
    action = "deleted" if "deleted" in actions else actions[-1]
    if action in CLOSING:
        _close(connections, CLOSING[action])
    else:
        _open(connections)
        # Asked afterwards, because no transaction may wait for GitHub.
        transaction.on_commit(partial(look_up_permissions, number), robust=True)


def _close(connections: QuerySet[Connection], sentence: str) -> None:
    """Throw tokens away, and let the team see why."""
    for connection in connections.select_for_update().order_by("pk"):
        viewer = connection.viewer_login or "Whoever connected GitHub"
        close(connection, because=sentence.format(viewer=viewer))
        logger.info("team %s: its way to GitHub was closed there", connection.team_id)
        _stop(connection.team_id, reason=connection.closed_because)


def _stop(team_id: int, *, reason: str) -> None:
    """
    Fail what runs, which is fenced from its next batch on.

    A team at rest begins an update, which fails at once, and so says why where people look.
    """
    try:
        move(team_id, "fail", actor=WEBHOOK, reason=reason, arguments={"reason": reason})
    except MoveRefused:
        request_refresh(team_id, actor=WEBHOOK, min_interval_seconds=0)


def _open(connections: QuerySet[Connection]) -> None:
    """What was stopped goes on, and what was read is looked up again."""
    for connection in connections:
        because = connection.closed_because
        Connection.objects.filter(pk=connection.pk).update(closed_because="")
        _look_up_again(TrackedRepository.objects.filter(team=connection.team_id))
        if because:
            logger.info("team %s: its way to GitHub was opened there", connection.team_id)
            _go_on(connection.team_id, because)


def _go_on(team_id: int, because: str) -> None:
    """Only if it failed for that: a run that a person has ended stays ended."""
    failed = rows().filter(pk=team_id, onboarding_pipeline_error=because, **{STATUS: Status.FAILED})
    for ticket in failed.values_list("pipeline_ticket", flat=True):
        with suppress(MoveRefused, StaleTicket, ConcurrentTransition):
            move(team_id, "retry", actor=WEBHOOK, ticket=ticket)
