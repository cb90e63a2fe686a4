"""What somebody reads who waits for a page while GitHub says no: what happened, and what to do."""

import logging
from math import ceil

from apps.core.errors import TransientError
from apps.github.api.errors import GitHubError, GitHubLimited, GitHubQueryRejected

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "GitHub does not take the question. Whoever runs this server finds it in the log."
IN_A_MINUTE = "Try again in a minute."


def on_a_page(exc: GitHubError) -> str:
    """Nothing goes on by itself here, so it says when to try again."""
    if isinstance(exc, GitHubQueryRejected):
        logger.error("GitHub refuses a question of a page: %s", exc)
        return NOT_UNDERSTOOD
    if isinstance(exc, GitHubLimited):
        minutes = ceil((exc.retry_after or 0.0) / 60)
        return f"{exc} {f'Try again then, in {minutes} minutes.' if minutes > 1 else IN_A_MINUTE}"
    return f"{exc} {IN_A_MINUTE}" if isinstance(exc, TransientError) else str(exc)
