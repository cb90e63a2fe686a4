"""
Everything that can go wrong at Slack, told apart by what the caller does about it.

Each carries a sentence for the team. `SlackError` alone is not raised.
"""

from apps.core.errors import PermanentError, TransientError


class SlackError(Exception):
    """Base of everything that the client raises."""


class SlackDown(SlackError, TransientError):
    """Slack could not be reached, or had an error of its own. Nothing was posted."""


class SlackTooBusy(SlackError, TransientError):
    """Slack's limit, which resets by itself; `retry_after` is always set."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after, counts=False)


class SlackSilent(SlackError):
    """Slack took the request and gave no answer, or broke off: it may have done what was asked."""


class SlackRefused(SlackError, PermanentError):
    """
    Slack understood, and says no; the same will be refused again.

    :param code: Slack's own word for it, of `apps.slack.refusals`.
    :param is_lost: the connection or its channel is of no use until somebody acts.
    """

    def __init__(self, message: str, *, code: str, is_lost: bool) -> None:
        super().__init__(message)
        self.code = code
        self.is_lost = is_lost
