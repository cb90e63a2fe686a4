"""
Everything that can go wrong at Jira, told apart by what the caller does about it.

Each carries a sentence for the team. `JiraError` alone is not raised.
"""

from apps.core.errors import PermanentError, TransientError


class JiraError(Exception):
    """Base of everything that the client raises."""


class JiraDown(JiraError, TransientError):
    """Jira could not be reached, or had an error of its own. The same request may work later."""


class JiraLimited(JiraError, TransientError):
    """A limit that resets by itself; `retry_after` is always set, and no attempt is used up."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after, counts=False)


class JiraRefused(JiraError, PermanentError):
    """Jira takes this connection no more, whatever it asks."""


class JiraForbidden(JiraRefused):
    """The connection is known, and may not ask this."""


class JiraNotFound(JiraError, PermanentError):
    """Deleted, or not visible to whoever has connected: Jira does not say which."""


class JiraQueryRejected(JiraError):
    """Jira understood the question and refused it: what it names is gone, or it is our bug."""
