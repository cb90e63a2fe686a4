"""
Everything that can go wrong at GitHub, told apart by what the caller does about it.

Each carries a sentence for the team. `GitHubError` alone is not raised.
"""

from apps.core.errors import PermanentError, TransientError


class GitHubError(Exception):
    """Base of everything that the client raises."""


class GitHubUnavailable(GitHubError, TransientError):
    """GitHub could not be reached, or had an error of its own. The same request may work later."""


class GitHubDown(GitHubUnavailable):
    """Not even a trivial question is answered: nothing is wrong with what we asked."""


class GitHubTimeout(GitHubError, TransientError):
    """GitHub gave up on a question that was too much for it: ask for less, not for the same."""


class GitHubLimited(GitHubError, TransientError):
    """A limit that resets by itself; `retry_after` is always set, and no attempt is used up."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after, counts=False)


class GitHubRateLimited(GitHubLimited):
    """The hour's points of this token are used up."""


class GitHubTooFast(GitHubLimited):
    """
    The secondary limit: too many requests at once, or too much work in a minute.

    :param is_guess: GitHub has not named `retry_after`.
    """

    def __init__(self, message: str, *, retry_after: float, is_guess: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        self.is_guess = is_guess


class GitHubTokenRejected(GitHubError, PermanentError):
    """The token was revoked, has expired, never was one, or is refused whatever it asks."""


class GitHubAccessRefused(GitHubError, PermanentError):
    """This token may not read this repository or account; others it may."""


class GitHubNotFound(GitHubAccessRefused):
    """Deleted, renamed, or not visible to this token: GitHub does not say which."""


class GitHubElsewhere(GitHubAccessRefused):
    """No API answers at the address that this server is set up with."""


class GitHubForbidden(GitHubAccessRefused):
    """Visible, but not for this token."""


class GitHubSsoRequired(GitHubAccessRefused):
    """The organisation wants the token authorised for its single sign-on."""


class GitHubQueryRejected(GitHubError):
    """GitHub understood the request and refused it: our bug, so neither of the two roots."""
