"""
The baseline: how most do it. One page of 25 after another, one repository after the other.

It asks for the same fields, follows long lists to their end and stores with the same code as the
sync, in one transaction a page, so that the only difference is the order of the questions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from graphql import FieldNode, OperationDefinitionNode, parse, print_ast

from apps.github.api import payloads
from apps.github.api.client import GitHubClient
from apps.github.api.facts import Page, PullRequest
from apps.github.api.queries import CHILD_PAGE, MORE, PULL_REQUEST_DETAILS
from apps.github.models import TrackedRepository
from apps.github.syncing import storing
from apps.github.syncing.long_lists import READERS
from apps.github.syncing.people import People
from apps.github.syncing.storing import Arrived
from apps.teams.models import Team

PAGE = 25  # pull requests


def walk(
    client: GitHubClient, team: Team, repositories: Iterable[TrackedRepository], since: datetime
) -> None:
    """Fetch and store every pull request of these repositories that was updated since then."""
    people = People(team.pk)
    document = with_everything()
    for repository in repositories:
        for page in pages(client, document, repository, since):
            arrived = [Arrived(repository.pk, found) for found in page]
            with transaction.atomic():
                storing.store(team.pk, arrived, people)


def pages(
    client: GitHubClient, document: str, repository: TrackedRepository, since: datetime
) -> Iterator[list[PullRequest]]:
    """Pull requests of one repository, the latest update first, until they are older than that."""
    cursor = None
    while True:
        variables = {"repository": repository.node_id, "first": PAGE, "after": cursor}
        answer = client.query(document, {**variables, "commits": True, "files": True})
        raw = answer.at("node", "pullRequests")
        found = [payloads.pull_request(node) for node in payloads.nodes(raw)]
        fresh = [one for one in found if one.updated_at >= since]
        yield [with_whole_lists(client, one) for one in fresh]
        if len(fresh) < len(found) or not raw["pageInfo"]["hasNextPage"]:
            return
        cursor = raw["pageInfo"]["endCursor"]


def with_whole_lists(client: GitHubClient, found: PullRequest) -> PullRequest:
    whole: dict[str, Any] = {}
    for name in found.truncated:
        page: Page[Any] = getattr(found, name)
        while not page.is_last:
            variables = {"id": found.node_id, "first": CHILD_PAGE, "after": page.cursor}
            answer = client.query(MORE[name], variables)
            more = payloads.page(answer.at("node", name), READERS[name])
            page = page.followed_by(more)
        whole[name] = page
    return replace(found, **whole)


def with_everything() -> str:
    """A page of a repository's pull requests, with what the sync's own question by ids returns."""
    definitions = parse(PULL_REQUEST_DETAILS).definitions
    [nodes] = [
        field.selection_set
        for one in definitions
        if isinstance(one, OperationDefinitionNode)
        for field in one.selection_set.selections
        if isinstance(field, FieldNode) and field.selection_set
    ]
    fragments = [print_ast(one) for one in definitions if not hasattr(one, "operation")]
    return (
        "query Walk($repository: ID!, $first: Int!, $after: String,"
        " $commits: Boolean!, $files: Boolean!) { node(id: $repository) { ... on Repository {"
        " pullRequests(first: $first, after: $after,"
        " orderBy: { field: UPDATED_AT, direction: DESC })"
        f" {{ pageInfo {{ hasNextPage endCursor }} nodes {print_ast(nodes)} }} }} }} }}"
        f" {' '.join(fragments)}"
    )
