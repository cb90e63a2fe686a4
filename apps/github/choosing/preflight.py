"""
What GitHub says of a choice before anything is read: how many pull requests, and what is missing.

Everything is asked at once and nothing of it has to be answered: what GitHub does not say is not
known, and the choice goes on without it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Semaphore
from typing import Any

from apps.core.errors import TransientError
from apps.core.parallel import in_parallel
from apps.github.api import directory, payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused, GitHubError, GitHubTokenRejected
from apps.github.api.facts import Owner, Repository
from apps.github.api.queries import ORGANIZATIONS
from apps.github.models import Connection, TrackedRepository
from apps.github.syncing import repositories
from apps.github.syncing.reconciliation import counting_query

logger = logging.getLogger(__name__)

COUNTED = 50  # repositories of which the pull requests are counted: the most active
SEARCHES = 24  # a request; each may take GitHub long, and one that times out loses them all
COUNTING_AT_ONCE = 2  # such requests; GitHub's own client never searches twice at once
NOT_COUNTED = "GitHub did not count some of the pull requests."


@dataclass(frozen=True)
class Counts:
    """A repository's pull requests by GitHub's search, which can lag behind: say "about"."""

    recent: int
    whole: int


@dataclass(frozen=True)
class Budget:
    """What is left of the hour's points, and when there are all of them again."""

    remaining: int
    resets_at: datetime


@dataclass
class Findings:
    """What GitHub has said; each part is empty where it said nothing."""

    counts: dict[str, Counts] = field(default_factory=dict)  #: by name with owner
    budget: Budget | None = None  #: None: not told, or this server has no limit
    trouble: str = ""  #: a sentence: why some are not counted
    unreachable: dict[str, str] = field(default_factory=dict)  #: chosen before: why not any more
    are_members_hidden: bool = False
    wants_sso: bool = False  #: some organisation wants the token authorised
    sso_link: str = ""  #: where to do that, if GitHub says so


Note = Callable[[Findings], None]  # what an answer adds, in the caller's thread
Job = Callable[[], Note]


def counting_document(searches: int) -> str:
    """
    Ask that many searches for their number of results alone, as variables `q0`, `q1` and so on.

    One point. The searches are variables, so nothing that is searched for is ever part of a query.
    """
    declared = ", ".join(f"$q{n}: String!" for n in range(searches))
    asked = " ".join(
        f"a{n}: search(query: $q{n}, type: ISSUE, first: 1) {{ issueCount }}"
        for n in range(searches)
    )
    return f"query PullRequestCounts({declared}) {{ {asked} rateLimit {{ remaining resetAt }} }}"


def countable(listed: Sequence[Repository]) -> list[Repository]:
    """Those whose pull requests are counted, of repositories in the order of their activity."""
    open_ones = [
        one for one in listed if not (one.is_archived or one.is_disabled) and one.default_branch
    ]
    return open_ones[:COUNTED]


def look(
    client: GitHubClient,
    account: Owner,
    listed: Sequence[Repository],
    chosen: Sequence[TrackedRepository],
    *,
    recent: datetime,
    whole: datetime,
) -> Findings:
    """
    Count what was updated since `recent` and since `whole`, and find what may be missing.

    :param listed: as GitHub named them just now, the most active first. Only such names are
        searched for.
    :param chosen: what the team reads and the list does not have.
    :raises GitHubTokenRejected: any other error leaves its part of the findings empty.
    """
    counting = _counting(client, countable(listed), recent, whole)
    others: list[Job] = [partial(_organizations, client)]
    if account.kind == Connection.AccountType.ORGANIZATION:
        others.append(partial(_members, client, account.login))
    if chosen:
        others.append(partial(_look_up, client, chosen))
    findings, jobs = Findings(), others + counting
    for outcome in in_parallel(jobs, _call, at_once=client.at_once, on_idle=_nothing):
        try:
            note = outcome.value()
        except GitHubTokenRejected:
            raise
        except GitHubError as exc:
            logger.info("preflight: %s: %s", type(exc).__name__, exc)
            if outcome.item in counting:
                findings.trouble = str(exc) if isinstance(exc, TransientError) else NOT_COUNTED
        else:
            note(findings)
    return findings


def _counting(
    client: GitHubClient, counted: Sequence[Repository], recent: datetime, whole: datetime
) -> list[Job]:
    """Requests that take turns."""
    asked = [(one.name_with_owner, since) for one in counted for since in (recent, whole)]
    turns = Semaphore(COUNTING_AT_ONCE)

    def count(some: Sequence[tuple[str, datetime]]) -> Note:
        with turns:
            return _count(client, some)

    return [
        partial(count, asked[start : start + SEARCHES]) for start in range(0, len(asked), SEARCHES)
    ]


def _call(job: Job) -> Note:
    return job()


def _nothing() -> None:
    """No heartbeat: a person waits for the page, not a step."""


# --- Each in a thread: no database --------------------------------------------------------------


def _count(client: GitHubClient, asked: Sequence[tuple[str, datetime]]) -> Note:
    """`asked` has each repository twice: its recent pull requests, then all."""
    searches = {f"q{n}": counting_query(name, since) for n, (name, since) in enumerate(asked)}
    answer = client.query(counting_document(len(asked)), searches)
    found = [answer.data.get(f"a{n}") for n in range(len(asked))]
    numbers = [one["issueCount"] if one else None for one in found]
    names = [name for name, _ in asked[::2]]
    counted = {
        name: Counts(recent=recent, whole=max(recent, whole))
        for name, recent, whole in zip(names, numbers[::2], numbers[1::2], strict=True)
        if recent is not None and whole is not None
    }
    budget = budget_in(answer.data)

    def note(findings: Findings) -> None:
        findings.counts |= counted
        findings.trouble = findings.trouble or (NOT_COUNTED if len(counted) < len(names) else "")
        known = [one for one in (findings.budget, budget) if one is not None]
        findings.budget = min(known, key=lambda one: one.remaining, default=None)

    return note


def budget_in(data: Mapping[str, Any]) -> Budget | None:
    limit = data.get("rateLimit")
    if limit is None:
        return None
    return Budget(limit["remaining"], payloads.moment(limit["resetAt"]))


def _organizations(client: GitHubClient) -> Note:
    """Those that the token must be authorised for come as errors in the list of the others."""
    answer = client.query(ORGANIZATIONS, {"after": None})

    def note(findings: Findings) -> None:
        findings.wants_sso = any(problem.is_sso for problem in answer.problems)
        findings.sso_link = answer.sso_link

    return note


def _members(client: GitHubClient, login: str) -> Note:
    are_hidden = False
    try:
        next(directory.members(client, login))
    except GitHubAccessRefused as exc:
        logger.info("preflight: members are not listed: %s", exc)
        are_hidden = True

    def note(findings: Findings) -> None:
        findings.are_members_hidden = are_hidden

    return note


def _look_up(client: GitHubClient, chosen: Sequence[TrackedRepository]) -> Note:
    refused = repositories.look_up(client, chosen, on_idle=_nothing).refused
    reasons = {row.name_with_owner: refused[row.pk] for row in chosen if row.pk in refused}
    return lambda findings: findings.unreachable.update(reasons)
