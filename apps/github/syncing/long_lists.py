"""
Lists of pull requests that are longer than a first page: followed to their ends, many at once.

Runs in threads, touches no database. A list that is missing or has a hole is read from its start.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from apps.github.api import payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused, GitHubTimeout
from apps.github.api.facts import Page, PullRequest
from apps.github.api.queries import CHILD_PAGE, MORE, MOST_TOGETHER, more_together

logger = logging.getLogger(__name__)

SMALLER_PAGES = (CHILD_PAGE, CHILD_PAGE // 4, CHILD_PAGE // 20)

READERS: Mapping[str, Callable[[Any], Any]] = {
    "labels": payloads.label,
    "reviews": payloads.review,
    "commits": payloads.commit,
    "files": payloads.changed_file,
}


@dataclass
class Tail:
    """What is left of one list of one pull request."""

    node_id: str
    name: str
    page: Page[Any]  #: all that is there of it
    is_over: bool = False
    seen: set[str] = field(default_factory=set)  #: cursors that lead nowhere new

    @classmethod
    def of(cls, node_id: str, name: str, page: Page[Any]) -> "Tail":
        """From its beginning, where it did not come or does not say how it goes on."""
        known = page if page.cursor else replace(page, items=())
        return cls(node_id, name, known, seen={"", page.cursor})

    def follow(self, more: Page[Any] | None) -> None:
        """
        Add its next page. None, or a cursor that does not move, ends it: it stays truncated.
        """
        if more is None or (more.cursor in self.seen and not more.is_last):
            self.is_over = True
            return
        self.page = self.page.followed_by(more)
        self.seen.add(more.cursor)
        self.is_over = more.is_last


def finish(client: GitHubClient, begun: Mapping[str, PullRequest]) -> dict[str, PullRequest]:
    """
    These pull requests with whole lists, by node id; `truncated` names what GitHub did not give.

    :raises GitHubDown, GitHubTokenRejected: as `GitHubClient.make_sure_it_answers`.
    """
    tails = [
        Tail.of(node_id, name, getattr(found, name))
        for node_id, found in begun.items()
        for name in found.truncated
    ]
    while waiting := [tail for tail in tails if not tail.is_over]:
        some = waiting[:MOST_TOGETHER]
        for tail, more in zip(some, _next_pages(client, some), strict=True):
            tail.follow(more or _next_page(client, tail))
    whole: dict[str, dict[str, Any]] = {node_id: {} for node_id in begun}
    for tail in tails:
        whole[tail.node_id][tail.name] = tail.page
    return {node_id: replace(found, **whole[node_id]) for node_id, found in begun.items()}


def _next_pages(client: GitHubClient, tails: Sequence[Tail]) -> list[Page[Any] | None]:
    """One page of each in one request; None for what did not come whole."""
    nothing: list[Page[Any] | None] = [None] * len(tails)
    if len(tails) == 1:
        return nothing
    variables: dict[str, object] = {"first": CHILD_PAGE}
    for number, tail in enumerate(tails):
        variables |= {f"id{number}": tail.node_id, f"after{number}": tail.page.cursor or None}
    document = more_together([tail.name for tail in tails])
    try:
        answer = client.query(document, variables, patient=False)
    except (GitHubTimeout, GitHubAccessRefused):
        return nothing
    return [
        None
        if answer.problems_at(f"list{number}")
        else _read_page(tail.name, (answer.data.get(f"list{number}") or {}).get(tail.name))
        for number, tail in enumerate(tails)
    ]


def _next_page(client: GitHubClient, tail: Tail) -> Page[Any] | None:
    """The next page of one list, smaller if GitHub gives up; None if it does not give it."""
    variables = {"id": tail.node_id, "after": tail.page.cursor or None}
    for size in SMALLER_PAGES:
        try:
            answer = client.query(MORE[tail.name], {**variables, "first": size})
        except GitHubTimeout:
            continue
        except GitHubAccessRefused:
            break
        raw = (answer.data.get("node") or {}).get(tail.name)
        page = _read_page(tail.name, raw) if not answer.problems else None
        if page is not None:
            return page
    client.make_sure_it_answers()
    return None


def _read_page(name: str, raw: Any) -> Page[Any] | None:
    """A page of a list; None if it did not come whole."""
    if raw is None or None in payloads.nodes(raw):
        return None
    try:
        return payloads.page(raw, READERS[name])
    except payloads.UNREADABLE:
        logger.warning("a page of %s cannot be read as it came", name, exc_info=True)
        return None
