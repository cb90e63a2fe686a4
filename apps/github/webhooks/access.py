"""What GitHub tells about the ways to a repository: closed, opened, taken away, renamed."""

import logging
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.github.connecting import installations
from apps.github.connecting.connections import close, look_up_permissions
from apps.github.models import Connection, Delivery, TrackedRepository
from apps.github.webhooks import signed
from apps.pipeline.moves import MoveRefused, move
from apps.pipeline.refreshes import request_refresh

logger = logging.getLogger(__name__)

ACTOR = "webhook"
REVOKED = "{viewer} has taken our permission back at GitHub. Reconnect GitHub."
DELETED = "This repository was deleted at GitHub. What was read of it stays."
TAKEN_AWAY = (
    "This repository is no longer accessible: our app was not left the right to read it, or it "
    "has moved to an owner without our app. What was read of it stays."
)
#: By action of an installation. Any other opens the way again.
CLOSING: Mapping[str, str] = MappingProxyType(
    {"deleted": installations.UNINSTALLED, "suspend": installations.SUSPENDED}
)
#: By action of a repository, the columns that it changes.
CHANGES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "deleted": {
            "sync_status": TrackedRepository.SyncStatus.FAILED,
            "sync_error": DELETED,
        },
        "archived": {"is_archived": True},
        # It may be archived again before it is looked at: what happens until then is to be read.
        "unarchived": {"is_archived": False, "was_read_archived": False},
        "privatized": {"is_private": True},
        "publicized": {"is_private": False},
    }
)


def take_in(delivery: Delivery) -> None:
    """Write what a delivery that is not of a pull request means; inside a transaction."""
    if delivery.event == signed.INSTALLATION:
        _installation(delivery)
    elif delivery.event == signed.AUTHORIZATION:
        # Not one that was made or renewed since: its token is of a later authorization.
        _close(authorized_by(delivery).filter(modified__lte=delivery.received_at), REVOKED)
    elif delivery.event == signed.INSTALLATION_REPOSITORIES:
        taken_away(delivery).update(
            sync_status=TrackedRepository.SyncStatus.FAILED, sync_error=TAKEN_AWAY
        )
    else:
        _repository(delivery)


def authorized_by(delivery: Delivery) -> QuerySet[Connection]:
    """
    The connections that stand on the authorization that was taken back: no App's, which stays.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization
    """
    return Connection.objects.filter(kind=Connection.Kind.OAUTH, viewer_id=delivery.account_id)


def taken_away(delivery: Delivery) -> QuerySet[TrackedRepository]:
    """The repositories that the installation's team reads, and may no longer."""
    return TrackedRepository.objects.filter(
        team__github__installation_id=delivery.installation_id,
        github_id__in=delivery.removed_ids,
    )


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
        connections.update(closed_because="")
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
        move(team_id, "fail", actor=ACTOR, reason=reason, arguments={"reason": reason})
    except MoveRefused:
        request_refresh(team_id, actor=ACTOR, min_interval_seconds=0)


def _repository(delivery: Delivery) -> None:
    rows = TrackedRepository.objects.filter(github_id=delivery.repository_id)
    if delivery.action in CHANGES:
        rows.update(**CHANGES[delivery.action])
    else:
        _rename(rows, delivery.repository_name)


def _rename(rows: QuerySet[TrackedRepository], name: str) -> None:
    """Follow a new name, unless another of a team's rows still has it: the next sync asks."""
    taken = TrackedRepository.objects.filter(team=OuterRef("team"), name_with_owner=name)
    rows.filter(~Exists(taken)).update(name_with_owner=name)
