"""
What GitHub tells without being asked: whether it was GitHub, and what of it is worth a row.

Of a body only ids and numbers are kept. Events, actions and fields are those of
https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from apps.github.models import Delivery

Raw = Mapping[str, Any]

PULL_REQUEST = "pull_request"
REVIEW = "pull_request_review"
INSTALLATION = "installation"
INSTALLATION_REPOSITORIES = "installation_repositories"
REPOSITORY = "repository"
AUTHORIZATION = "github_app_authorization"

#: By event, the actions that change something here. Every one of a pull request means the same:
#: it is to be read again.
ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        PULL_REQUEST: frozenset(
            (
                *("opened", "edited", "closed", "reopened", "synchronize", "labeled", "unlabeled"),
                *("ready_for_review", "converted_to_draft", "assigned", "unassigned"),
                *("review_requested", "review_request_removed", "milestoned", "demilestoned"),
                *("auto_merge_enabled", "auto_merge_disabled", "enqueued", "dequeued"),
                *("locked", "unlocked"),
            )
        ),
        REVIEW: frozenset(("submitted", "edited", "dismissed")),
        INSTALLATION: frozenset(("deleted", "suspend", "unsuspend", "new_permissions_accepted")),
        INSTALLATION_REPOSITORIES: frozenset(("added", "removed")),
        REPOSITORY: frozenset(
            (
                *("deleted", "renamed", "transferred", "archived", "unarchived"),
                *("privatized", "publicized"),
            )
        ),
        AUTHORIZATION: frozenset(("revoked",)),
    }
)
# What the columns of a delivery take.
LARGEST_ID, LARGEST_NUMBER = 2**63 - 1, 2**31 - 1
LONGEST_DELIVERY_ID, LONGEST_NODE_ID = 64, 100
#: What reading raises where a body is not of GitHub's shapes.
OF_ANOTHER_SHAPE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Unreadable(Exception):
    """The body is no JSON, or lacks what its event always has; the message is a sentence."""


def is_signed(body: bytes, *, signature: str, secret: str) -> bool:
    """
    Whether whoever knows the secret has signed exactly these bytes; in constant time.

    :param signature: as the header X-Hub-Signature-256 has it. The older X-Hub-Signature is SHA-1:
        https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
    """
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())


def read(body: bytes, *, event: str, delivery_id: str) -> Delivery | None:
    """
    What a delivery says, as a row that is not stored; None if that changes nothing here.

    A body is only looked into where its event is known.

    :raises Unreadable: if GitHub would never send this.
    """
    if event not in ACTIONS:
        return None
    if not 0 < len(delivery_id) <= LONGEST_DELIVERY_ID:
        raise Unreadable("This delivery has no X-GitHub-Delivery that could be remembered.")
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable(
            "This body is no JSON. Choose application/json as the webhook's content type."
        ) from None
    try:
        if raw["action"] not in ACTIONS[event]:
            return None
        delivery = Delivery(delivery_id=delivery_id, event=event, action=raw["action"])
        if (installation := raw.get("installation")) is not None:
            delivery.installation_id = _id(installation)
        READERS[event](delivery, raw)
    except OF_ANOTHER_SHAPE:
        raise Unreadable(f"This body lacks what every “{event}” has.") from None
    return delivery


def _pull_request(delivery: Delivery, raw: Raw) -> None:
    """A review is told with the pull request as it was before, so what came later counts."""
    pull_request = raw["pull_request"]
    delivery.repository_id = _id(raw["repository"])
    delivery.number = _whole(pull_request["number"], LARGEST_NUMBER)
    delivery.node_id = _name(pull_request["node_id"], LONGEST_NODE_ID)
    review = raw.get("review") or {}
    told = (pull_request["updated_at"], review.get("submitted_at"))
    delivery.updated_at = max(_moment(one) for one in told if one is not None)


def _installation(delivery: Delivery, raw: Raw) -> None:
    delivery.installation_id = _id(raw["installation"])
    delivery.updated_at = _moment(raw["installation"]["updated_at"])


def _installation_repositories(delivery: Delivery, raw: Raw) -> None:
    delivery.installation_id = _id(raw["installation"])
    named = raw[f"repositories_{delivery.action}"]
    delivery.repository_ids = [_id(repository) for repository in named]


def _repository(delivery: Delivery, raw: Raw) -> None:
    """What has become of it is asked of GitHub: events come in any order."""
    delivery.repository_id = _id(raw["repository"])


def _authorization(delivery: Delivery, raw: Raw) -> None:
    """Whoever took the authorization back is the sender; there is no installation."""
    delivery.account_id = _id(raw["sender"])


READERS: Mapping[str, Callable[[Delivery, Raw], None]] = MappingProxyType(
    {
        PULL_REQUEST: _pull_request,
        REVIEW: _pull_request,
        INSTALLATION: _installation,
        INSTALLATION_REPOSITORIES: _installation_repositories,
        REPOSITORY: _repository,
        AUTHORIZATION: _authorization,
    }
)


def _id(raw: Raw) -> int:
    return _whole(raw["id"], LARGEST_ID)


def _whole(value: Any, largest: int) -> int:
    if type(value) is not int or not 0 < value <= largest:
        raise ValueError("no number that a row takes")
    return value


def _name(value: Any, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise ValueError("no name that a row takes")
    return value


def _moment(value: Any) -> datetime:
    """GitHub writes times of installations as text or as seconds, those of others as text."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC)  # here, where a time that no calendar has is no crash
