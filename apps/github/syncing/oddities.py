"""Answers that we do not understand, and values that no row takes: left out, logged, counted."""

import logging

from django.db import DataError, IntegrityError

from apps.github.api.errors import GitHubQueryRejected
from apps.github.api.payloads import UNREADABLE

logger = logging.getLogger(__name__)

#: What they raise. Not `Exception`: a lost ticket, a worker's time limit, a database that is away
#: and a token that is rejected concern everything, and pass.
ODD = (GitHubQueryRejected, DataError, IntegrityError, *UNREADABLE)
LOGGED = "It has been logged, and the next update tries again."
LIST = f"GitHub's list of pull requests could not be read. {LOGGED}"
PULL_REQUEST = f"GitHub's answer could not be stored. {LOGGED}"
MOST = 20  # pull requests left out in one run; more are not odd any more, but our bug


class OddOnes:
    """The pull requests that one run leaves out."""

    def __init__(self) -> None:
        self._count = 0

    def leave_out(self, node_id: str, exc: Exception) -> None:
        """:raises Exception: the given one, once they are too many."""
        logger.error("pull request %s is odd", node_id, exc_info=exc)
        self._count += 1
        if self._count > MOST:
            raise exc


def leave_out_list(repository: str, exc: Exception) -> None:
    logger.error("%s: an odd list", repository, exc_info=exc)
