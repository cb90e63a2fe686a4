"""Which messages there are: one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.notifications.said import Occasion, Said
from apps.notifications.saying.complete import complete
from apps.notifications.saying.failed import failed
from apps.notifications.saying.ready import ready
from apps.notifications.saying.weekly import weekly

READY = "ready"
COMPLETE = "complete"
FAILED = "failed"
WEEKLY = "weekly"


@dataclass(frozen=True)
class Kind:
    label: str
    about: str  #: when it comes
    says: Callable[[Occasion], Said]
    to_admins: bool = False  #: of those who get mails: admins only
    in_slack: bool = False  #: unless the team says otherwise; mails come unless a person does


#: `Notification.kind` → what it is. In the order in which people read of them.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        READY: Kind(
            "The dashboard is ready",
            "Once for an import, as soon as the first numbers are there.",
            ready,
            in_slack=True,
        ),
        COMPLETE: Kind(
            "The whole history is read",
            "Once for an import, with what has moved since the dashboard opened.",
            complete,
        ),
        FAILED: Kind(
            "An import or update has stopped",
            "Once for a failure, with its cause and what to do. Mails go to admins.",
            failed,
            to_admins=True,
        ),
        WEEKLY: Kind(
            "The week in numbers",
            "On Monday morning, where there was anything new.",
            weekly,
            in_slack=True,
        ),
    }
)
