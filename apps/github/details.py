"""
Pull requests by id, whole: the network half of the sync. Runs in threads, touches no database.

A partial answer is never passed on as complete. What came with a problem is asked for again alone;
a list that is longer than its first page, or did not come, is followed to its end by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from apps.github import payloads
from apps.github.client import GitHubClient
from apps.github.errors import GitHubAccessRefused, GitHubNotFound, GitHubTimeout
from apps.github.facts import CHILDREN, Item, Page, PullRequest
from apps.github.queries import CHILD_PAGE, MORE, PULL_REQUEST_DETAILS
from apps.github.replies import Answer, Problem, error_of

GONE = "GitHub does not have this pull request any more."
TOO_MUCH = "GitHub gives up on this pull request whenever it is asked for it."

#: What to ask of a single pull request, in turn, when GitHub gives up on it.
LIGHTER = (
    {"commits": True, "files": True},
    {"commits": True, "files": False},
    {"commits": False, "files": False},
)
CHILD_PAGES = (CHILD_PAGE, CHILD_PAGE // 4, CHILD_PAGE // 20)

READERS: Mapping[str, Callable[[Any], Any]] = {
    "labels": payloads.label,
    "reviews": payloads.review,
    "commits": payloads.commit,
    "files": payloads.changed_file,
}


@dataclass(frozen=True)
class Fetched:
    """What one request brought, by node id."""

    pull_requests: Mapping[str, PullRequest] = field(default_factory=dict)
    again: Sequence[str] = ()  #: came with a problem: to be asked for alone
    missing: Mapping[str, str] = field(default_factory=dict)  #: cannot be had; with the reason


def fetch(client: GitHubClient, node_ids: Sequence[str]) -> Fetched:
    """
    Fetch pull requests by their ids, at most 100.

    :raises GitHubTimeout: if GitHub gives up on so many at once; not for a single one.
    """
    if len(node_ids) == 1:
        return _fetch_alone(client, node_ids[0])
    answer = _ask(client, node_ids, LIGHTER[0])
    complete: dict[str, PullRequest] = {}
    again: list[str] = []
    missing: dict[str, str] = {}
    for index, (node_id, raw) in enumerate(zip(node_ids, answer.at("nodes"), strict=True)):
        problems = answer.problems_at("nodes", index)
        if raw and not problems:
            complete[node_id] = _with_whole_lists(client, node_id, payloads.pull_request(raw))
        elif not raw and _is_final(problems):
            missing[node_id] = _why_missing(problems, answer.sso_link)
        else:
            again.append(node_id)
    return Fetched(complete, again, missing)


def _fetch_alone(client: GitHubClient, node_id: str) -> Fetched:
    """One pull request, with ever less at once; its lists are then followed by themselves."""
    for lists in LIGHTER:
        try:
            answer = _ask(client, [node_id], lists)
        except GitHubTimeout:
            continue
        raw = answer.at("nodes")[0]
        problems = answer.problems_at("nodes", 0)
        if not raw and _is_final(problems):
            return Fetched(missing={node_id: _why_missing(problems, answer.sso_link)})
        broken = {str(problem.path[2]) for problem in problems if len(problem.path) > 2}
        if raw and broken <= set(CHILDREN):
            found = payloads.pull_request({**raw, **dict.fromkeys(broken)})
            return Fetched({node_id: _with_whole_lists(client, node_id, found)})
    client.make_sure_it_answers()  # or else it is not this pull request's fault
    return Fetched(missing={node_id: TOO_MUCH})


def _ask(client: GitHubClient, node_ids: Sequence[str], lists: Mapping[str, bool]) -> Answer:
    return client.query(PULL_REQUEST_DETAILS, {"ids": list(node_ids), **lists}, patient=False)


def _is_final(problems: Sequence[Problem]) -> bool:
    """Whether asking again for what is null is no use: gone, or refused."""
    return not problems or isinstance(error_of(problems), GitHubAccessRefused)


def _why_missing(problems: Sequence[Problem], sso_link: str) -> str:
    error = error_of(problems, sso_link)
    return str(error) if problems and not isinstance(error, GitHubNotFound) else GONE


def _with_whole_lists(client: GitHubClient, node_id: str, found: PullRequest) -> PullRequest:
    whole: dict[str, Any] = {
        name: _followed(client, node_id, name, getattr(found, name)) for name in found.truncated
    }
    return replace(found, **whole)


def _followed(client: GitHubClient, node_id: str, name: str, page: Page[Item]) -> Page[Item]:
    """The whole list; or what there is of it, not marked as the last page, if GitHub gives up."""
    while not page.is_last:
        more = _next_page(client, node_id, name, page.cursor)
        if more is None:
            return page
        page = page.followed_by(more)
    return page


def _next_page(client: GitHubClient, node_id: str, name: str, cursor: str) -> Page[Any] | None:
    for size in CHILD_PAGES:
        try:
            answer = client.query(
                MORE[name], {"id": node_id, "first": size, "after": cursor or None}
            )
        except GitHubTimeout:
            continue
        if not answer.problems:
            raw = answer.at("node").get(name)
            return None if raw is None else payloads.page(raw, READERS[name])
    client.make_sure_it_answers()
    return None
