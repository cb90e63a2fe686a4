"""Pull requests by name, with their addresses at GitHub."""

from dataclasses import dataclass

from django.conf import settings

from apps.dashboard.excerpts import visible
from apps.github.models import PullRequest


@dataclass(frozen=True)
class Reference:
    """A pull request by name, with its address at GitHub where it has one."""

    pk: int
    name: str
    title: str
    url: str


def reference_of(pull_request: PullRequest) -> Reference:
    """Its repository must be loaded."""
    repository, number = pull_request.repository.name_with_owner, pull_request.number
    return Reference(
        pk=pull_request.pk,
        name=f"{repository}#{number}",
        title=visible(pull_request.title),
        url=address_of(repository, number),
    )


def address_of(repository: str, number: int) -> str:
    """At GitHub; empty where there is none."""
    # The demo's organisation is invented: at github.com there is nothing behind its names.
    return "" if settings.DEMO_MODE else f"https://github.com/{repository}/pull/{number}"


def commit_url(reference: Reference, oid: str) -> str:
    """Of a commit within its pull request, where also those of a fork are found."""
    return f"{reference.url}/commits/{oid}" if reference.url else ""
