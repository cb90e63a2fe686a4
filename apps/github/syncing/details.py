"""
Pull requests by id, whole: the network half of the sync. Runs in threads, touches no database.

A partial answer is never passed on as complete. What came with a problem is asked for again alone,
and then taken only if each problem lies inside one of its lists; a list that is longer than its
first page, did not come or has a hole is followed to its end by itself (`long_lists`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.github.api import payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused, GitHubNotFound, GitHubTimeout
from apps.github.api.facts import CHILDREN, PullRequest
from apps.github.api.queries import PULL_REQUEST_DETAILS
from apps.github.api.replies import Answer, Problem, error_of
from apps.github.syncing import long_lists

logger = logging.getLogger(__name__)

GONE = "GitHub does not have this pull request any more."
TOO_MUCH = "GitHub gives up on this pull request whenever it is asked for it."
INCOMPLETE = "GitHub sends this pull request with parts missing whenever it is asked for it."

#: What to ask of a single pull request, in turn, when GitHub gives up on it.
LIGHTER = (
    {"commits": True, "files": True},
    {"commits": True, "files": False},
    {"commits": False, "files": False},
)

#: They may lie in what others own: somebody's fork, an event of another organisation.
MINOR = ("headRepository", "timelineItems")


@dataclass(frozen=True)
class Fetched:
    """What one request brought, by node id."""

    pull_requests: Mapping[str, PullRequest] = field(default_factory=dict)
    unfinished: Mapping[str, PullRequest] = field(default_factory=dict)  #: to be `begun` with
    again: Sequence[str] = ()  #: came with a problem: to be asked for alone
    missing: Mapping[str, str] = field(default_factory=dict)  #: cannot be had; with the reason

    @property
    def has_whole_ones(self) -> bool:
        """Whether some will not be asked for again."""
        return any(not found.truncated for found in self.pull_requests.values())


def fetch(
    client: GitHubClient, node_ids: Sequence[str], *, begun: Mapping[str, PullRequest] | None = None
) -> Fetched:
    """
    Fetch pull requests by their ids, at most 100.

    Those with long lists are `unfinished`, so that the others need not wait for them; a single one
    is always finished.

    :param begun: what is there already of them, where they were unfinished.

    :raises GitHubTimeout: if GitHub gives up on so many at once; not for a single one.
    """
    if begun:
        return Fetched(long_lists.finish(client, {key: begun[key] for key in node_ids}))
    if len(node_ids) == 1:
        return _fetch_alone(client, node_ids[0])
    answer = _ask(client, node_ids, LIGHTER[0])
    complete: dict[str, PullRequest] = {}
    unfinished: dict[str, PullRequest] = {}
    again: list[str] = []
    missing: dict[str, str] = {}
    for index, (node_id, raw) in enumerate(zip(node_ids, answer.at("nodes"), strict=True)):
        problems = answer.problems_at("nodes", index)
        found = _read(node_id, raw) if raw and not problems else None
        if found:
            (unfinished if found.truncated else complete)[node_id] = found
        elif not raw and _is_final(problems):
            missing[node_id] = _why_missing(problems, answer.sso_link)
        else:
            again.append(node_id)
    return Fetched(complete, unfinished, again, missing)


def _fetch_alone(client: GitHubClient, node_id: str) -> Fetched:
    """One pull request, with ever less at once; its lists are then followed by themselves."""
    reason = TOO_MUCH
    for lists in LIGHTER:
        try:
            answer = _ask(client, [node_id], lists)
        except GitHubTimeout:
            continue
        raw = answer.at("nodes")[0]
        problems = answer.problems_at("nodes", 0)
        if not raw and _is_final(problems):
            return Fetched(missing={node_id: _why_missing(problems, answer.sso_link)})
        broken = [_child_at(problem) for problem in problems if not _is_minor(problem)]
        if raw and all(broken):
            found = _read(node_id, {**raw, **dict.fromkeys(broken)})
            if found:
                return Fetched(long_lists.finish(client, {node_id: found}))
        reason = _why_incomplete(problems, answer.sso_link)
    client.make_sure_it_answers()  # or else it is not this pull request's fault
    return Fetched(missing={node_id: reason})


def _ask(client: GitHubClient, node_ids: Sequence[str], lists: Mapping[str, bool]) -> Answer:
    return client.query(PULL_REQUEST_DETAILS, {"ids": list(node_ids), **lists}, patient=False)


def _read(node_id: str, raw: Mapping[str, Any]) -> PullRequest | None:
    """The pull request; None if what GitHub sent is none."""
    try:
        return payloads.pull_request(raw)
    except payloads.UNREADABLE:
        logger.warning("pull request %s cannot be read as it came", node_id, exc_info=True)
        return None


def _child_at(problem: Problem) -> str:
    """The list of a pull request that the problem lies in; empty if it concerns more than that."""
    name = str(problem.path[2]) if len(problem.path) > 2 else ""
    return name if name in CHILDREN else ""


def _is_minor(problem: Problem) -> bool:
    """Refused inside of what a pull request can do without."""
    is_refused = isinstance(error_of([problem]), GitHubAccessRefused)
    return is_refused and len(problem.path) > 2 and problem.path[2] in MINOR


def _is_final(problems: Sequence[Problem]) -> bool:
    """Whether asking again for what is null is no use: gone, or refused."""
    return not problems or isinstance(error_of(problems), GitHubAccessRefused)


def _why_incomplete(problems: Sequence[Problem], sso_link: str) -> str:
    error = error_of(problems, sso_link)
    return str(error) if isinstance(error, GitHubAccessRefused) else INCOMPLETE


def _why_missing(problems: Sequence[Problem], sso_link: str) -> str:
    error = error_of(problems, sso_link)
    return str(error) if problems and not isinstance(error, GitHubNotFound) else GONE
