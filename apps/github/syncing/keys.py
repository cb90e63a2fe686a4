"""The key pass: which pull requests there are, listed page by page and kept as a manifest."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.github.api import facts, payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubError, GitHubTimeout
from apps.github.api.facts import Key, Page
from apps.github.api.queries import KEY_PAGE, PULL_REQUEST_KEYS
from apps.github.api.replies import Answer, Problem, error_of
from apps.github.models import PullRequest, PullRequestKey, TrackedRepository
from apps.github.syncing.details import GONE

logger = logging.getLogger(__name__)

State = PullRequestKey.State
NODES = ("node", "pullRequests", "nodes")
COUNT = ("search",)
GAPS_REST = timedelta(hours=1)
GIVES_UP = "GitHub gives up on the list of pull requests. The next update tries again."
DOES_NOT_GO_ON = (
    "GitHub's list of pull requests does not come to its end. The next update tries again."
)
PAGES = (KEY_PAGE, KEY_PAGE // 2, KEY_PAGE // 4, KEY_PAGE // 10)


Place = tuple[int, int]  # repository, number


@dataclass(frozen=True)
class WantedKey:
    """A pull request whose details are still to be fetched."""

    repository_id: int
    node_id: str
    number: int
    updated_at: datetime

    @property
    def place(self) -> Place:
        return self.repository_id, self.number


@dataclass(frozen=True)
class Listed:
    """A page of a list, and GitHub's own count of the window: None where it was not had."""

    page: Page[Key]
    left_out: int = 0  #: pull requests that GitHub refuses to list
    count: int | None = None


def list_page(client: GitHubClient, *, repository: str, cursor: str, counting: str = "") -> Listed:
    """
    One page of a repository's keys, the latest update first; smaller if GitHub gives up.

    A single pull request that GitHub refuses to list is left out: it says nothing of the others.

    :param repository: its node id, which a renamed repository keeps.
    :param counting: a search whose hits GitHub shall count at the same moment; empty: none. That
        it does not count is no reason not to list.
    :raises GitHubTimeout: if GitHub gives up on this list however little is asked for, or if the
        list does not go on.
    :raises GitHubError: of the type of the problem, if that concerns the list as a whole.
    """
    error: GitHubError = GitHubTimeout(GIVES_UP)
    for size in PAGES:
        variables = {
            "repository": repository,
            "first": size,
            "after": cursor or None,
            "counting": counting,
            "isCounted": bool(counting) and size == KEY_PAGE,
        }
        try:
            answer = client.query(PULL_REQUEST_KEYS, variables, patient=size == PAGES[-1])
        except GitHubTimeout:
            continue
        raw = answer.at("node", "pullRequests")
        serious = _serious(answer)
        if not serious:
            page = _page(answer, raw, cursor)
            left_out = len(payloads.nodes(raw)) - len(page.items)
            return Listed(page, left_out, _count(answer))
        error = error_of(serious, answer.sso_link)
        if not isinstance(error, GitHubTimeout):
            break
    client.make_sure_it_answers()  # or else it is not this list's fault
    raise error


def _serious(answer: Answer) -> list[Problem]:
    """
    All problems of the list, but those of single pull requests that asking for less would not help.
    """
    return [
        problem
        for problem in answer.problems
        if problem.path[:1] != COUNT
        and (
            problem.path[:3] != NODES
            or len(problem.path) == len(NODES)
            or isinstance(error_of([problem]), GitHubTimeout)
        )
    ]


def _count(answer: Answer) -> int | None:
    if answer.problems_at(*COUNT):
        logger.info("GitHub does not count: %s", answer.problems_at(*COUNT))
        return None
    count = (answer.data.get(*COUNT) or {}).get("issueCount")
    return count if isinstance(count, int) else None


def _page(answer: Answer, raw: payloads.Raw, cursor: str) -> Page[Key]:
    nodes = payloads.nodes(raw)
    good = [node for n, node in enumerate(nodes) if node and not answer.problems_at(*NODES, n)]
    page = payloads.page({**raw, "nodes": good}, payloads.key)
    if not page.is_last and page.cursor in ("", cursor):
        raise GitHubTimeout(DOES_NOT_GO_ON)
    if len(good) < len(nodes):
        left_out = len(nodes) - len(good)
        logger.warning("GitHub left %s out of a list: %s", left_out, answer.problems)
    return page


def remember(repository_id: int, listed: Sequence[Key]) -> list[WantedKey]:
    """
    Store listed keys, inside the caller's transaction; return those that are new or have moved.

    A key that has been fetched in this state or a later one stays as it is; one that was gone and
    is listed is not gone.
    """
    known = dict(
        PullRequestKey.objects.filter(
            repository_id=repository_id, number__in=[key.number for key in listed]
        )
        .exclude(state=State.GONE)
        .values_list("number", "updated_at")
    )
    moved = [key for key in listed if key.number not in known or known[key.number] < key.updated_at]
    upsert(
        PullRequestKey(
            repository_id=repository_id,
            node_id=key.node_id,
            number=key.number,
            updated_at=key.updated_at,
            state=State.PENDING,
        )
        for key in moved
    )
    return [WantedKey(repository_id, key.node_id, key.number, key.updated_at) for key in moved]


def settle(
    answered: Sequence[WantedKey],
    found: Mapping[str, facts.PullRequest],
    missing: Mapping[str, str],
) -> None:
    """
    Mark keys as stored, as gone, or as a gap with its reason; inside the caller's transaction.

    One that a webhook has marked meanwhile, with an update later than what was asked for and than
    what was found, stays PENDING: what was fetched is older.

    :param found: by node id. A key takes the `updated_at` of what was fetched, so that the next
        list tells whether the pull request has moved since.
    :param missing: by node id, why it could not be fetched.
    """
    fetched = Subquery(
        PullRequest.objects.filter(
            repository=OuterRef("repository"), number=OuterRef("number")
        ).values("updated_at")
    )
    here = [key for key in answered if key.node_id in found]
    as_asked = Q(updated_at__lte=fetched)
    for key in here:
        if found[key.node_id].updated_at < key.updated_at:  # told before it showed; as a review is
            row = Q(repository_id=key.repository_id, number=key.number)
            as_asked |= row & Q(updated_at__lte=key.updated_at)
    _rows(here).filter(as_asked).update(updated_at=fetched, state=State.DONE, gap_reason="")
    for reason in sorted(set(missing.values())):
        _rows([key for key in answered if missing.get(key.node_id) == reason]).update(
            state=State.GONE if reason == GONE else State.GAP, gap_reason=reason
        )


def _rows(wanted: Sequence[WantedKey]) -> QuerySet[PullRequestKey]:
    return PullRequestKey.objects.filter(
        repository_id__in={key.repository_id for key in wanted},
        number__in=[key.number for key in wanted],
        node_id__in=[key.node_id for key in wanted],
    )


def upsert(rows: Iterable[PullRequestKey]) -> None:
    """Write keys as they are given, over what is stored; inside the caller's transaction."""
    PullRequestKey.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "number"],
        update_fields=["node_id", "updated_at", "state", "gap_reason"],
    )


def pending(repositories: Sequence[TrackedRepository], *, since: datetime) -> list[WantedKey]:
    """What an earlier run has listed and not fetched."""
    rows = PullRequestKey.objects.filter(
        repository__in=repositories, state=State.PENDING, updated_at__gte=since
    ).values_list("repository_id", "node_id", "number", "updated_at")
    return [WantedKey(*row) for row in rows]


def reopen(
    repositories: Sequence[TrackedRepository], *, since: datetime, is_refresh: bool
) -> datetime:
    """
    Let what could not be fetched, or not whole, be tried once more; note the time on the rows.

    Gaps in every run of a step; pull requests with truncated lists only in the first of a window,
    so that one that can never be had whole costs a few requests and not every attempt. Refreshes,
    which webhooks ask for all day long and each with a window of its own, try both once an hour.
    """
    now = timezone.now()
    if is_refresh:
        repositories = [row for row in repositories if _is_due(row.gaps_tried_at, now)]
    for row in repositories:
        row.gaps_tried_at = now
    listed = PullRequestKey.objects.filter(updated_at__gte=since)
    listed.filter(repository__in=repositories, state=State.GAP).update(
        state=State.PENDING, gap_reason=""
    )
    anew = [row.pk for row in repositories if row.sync_since != since]
    truncated = PullRequest.objects.filter(
        repository=OuterRef("repository"), number=OuterRef("number")
    ).exclude(truncated=[])
    listed.filter(Exists(truncated), repository__in=anew, state=State.DONE).update(
        state=State.PENDING
    )
    return now


def _is_due(tried_at: datetime | None, now: datetime) -> bool:
    return tried_at is None or now - tried_at > GAPS_REST
