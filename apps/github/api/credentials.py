"""What a client shows GitHub: one interface over a pasted token, a sign-in and an App."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings


class Priority(StrEnum):
    """Whose requests go first where a budget is short, in this order."""

    WEB = "web"  # somebody waits for a page
    PHASE1 = "phase1"  # somebody waits for the dashboard
    PHASE2 = "phase2"  # nobody waits


class Credentials(Protocol):
    """One way to GitHub. Used from several threads at once; touches no database."""

    @property
    def budget(self) -> str:
        """
        Names what its requests are charged to: "user:583231", "installation:42", "token:…".

        GitHub counts a user's tokens together and each installation by itself. Never a secret.
        """

    def token(self) -> str:
        """
        A token that is valid now.

        :raises GitHubError: with a sentence, if there is none.
        """

    def renewed(self, rejected: str) -> str | None:
        """Another token, after GitHub has rejected this one; None where there is no other."""


def budget_of_installation(installation_id: int) -> str:
    return f"installation:{installation_id}"


@dataclass(frozen=True)
class PlainToken:
    """A token that somebody pasted."""

    value: str
    viewer_id: int | None = None  #: whose it is, where that is known already

    @property
    def budget(self) -> str:
        if self.viewer_id is not None:
            return f"user:{self.viewer_id}"
        digest = hmac.new(settings.SECRET_KEY.encode(), self.value.encode(), hashlib.sha256)
        return f"token:{digest.hexdigest()[:32]}"

    def token(self) -> str:
        return self.value

    def renewed(self, rejected: str) -> str | None:
        return None
