"""Which installations of the App a person may connect, by what GitHub shows that person."""

import logging

from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.api.rest import client as rest
from apps.github.api.rest.client import Installation
from apps.github.connecting.connections import Candidate, by_installation
from apps.github.connecting.installations import InstallationToken

logger = logging.getLogger(__name__)


def proven_installations(token: str) -> list[Candidate]:
    """
    Those that the owner of a user token sees in full.

    GitHub lists an installation to everybody who may read one of its repositories. It reads all
    of them, so who does not see them all would be given more than is theirs.

    :raises GitHubError: with a sentence.
    """
    listed = [each for each in rest.installations(token) if not each.is_suspended]
    with open_client(token) as client:
        viewer = directory.viewer(client)
    return [by_installation(each, viewer=viewer) for each in listed if _sees_all(token, each)]


def _sees_all(token: str, installation: Installation) -> bool:
    seen = rest.repositories_seen(token, installation.id)
    read = rest.repositories_read(InstallationToken(installation.id).token())
    if seen < read:
        logger.info("installation %s: %s of %s repositories seen", installation.id, seen, read)
    return seen >= read
