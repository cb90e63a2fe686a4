"""Which installations of the App a person may connect, by what GitHub says of that person."""

import logging

from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.api.errors import GitHubError, GitHubForbidden, GitHubNotFound
from apps.github.api.facts import Owner
from apps.github.api.rest import client as rest
from apps.github.api.rest.client import Installation
from apps.github.connecting.connections import Candidate, by_installation

logger = logging.getLogger(__name__)

MOST_ASKED = 20  # installations about which one is asked while somebody waits for the page
UNPROVABLE = (
    "The GitHub App was not granted the permission “Members” there, without which GitHub does not "
    "say who owns an organisation. An owner can grant it in the organisation's settings at GitHub, "
    "under GitHub Apps, and then connect it here."
)


def proven_installations(token: str, *, wanted: int | None = None) -> list[Candidate]:
    """
    Those whose account the owner of a user token administers.

    An installation reads whatever it is given, now and later, so only who can give it that may
    connect it. That GitHub lists one says only that the person may read one of its repositories,
    as may an outside collaborator; that they see all of them today says nothing of tomorrow.

    What GitHub fails to say of one installation does not stand in the way of another.

    :param wanted: the number of the only one that matters.
    :raises GitHubError: with a sentence, if nothing is proven because GitHub did not say.
    """
    listed = [
        each
        for each in rest.installations(token)
        if not each.is_suspended and wanted in (None, each.id)
    ]
    if not listed:
        return []
    if len(listed) > MOST_ASKED:
        logger.warning("only %s of %s installations are asked about", MOST_ASKED, len(listed))
    with open_client(token) as client:
        viewer = directory.viewer(client)
    proven: list[Candidate] = []
    unsaid: GitHubError | None = None
    for each in listed[:MOST_ASKED]:
        try:
            if _administers(token, viewer, each):
                proven.append(by_installation(each, viewer=viewer))
        except GitHubError as exc:
            logger.warning("installation %s: GitHub does not say whose it is: %s", each.id, exc)
            unsaid = exc
    if unsaid and not proven:
        raise unsaid
    return proven


def _administers(token: str, viewer: Owner, installation: Installation) -> bool:
    """
    Whether an installation is of the person's own account, or of an organisation that they own.

    Of the ways to ask, a user's own membership is the one of which GitHub documents that a GitHub
    App's user token may ask it, and what its answers mean; it needs "Members", which the App reads
    anyway. For GraphQL's `viewerCanAdminister` neither is documented. Compared by number, because
    the organisation may have been renamed, and its login taken, since it was listed.

    https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user
    """
    account = installation.account
    if account.kind == "user":
        return account.github_id == viewer.github_id
    try:
        membership = rest.membership(token, account.login)
    except GitHubNotFound:
        return False
    except GitHubForbidden as exc:
        if "members" in installation.permissions:
            raise
        raise GitHubForbidden(UNPROVABLE) from exc
    return membership.is_owner and membership.organization_id == account.github_id
