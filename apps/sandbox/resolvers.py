"""What each field of the schema answers where the record has no attribute of that name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from graphql import GraphQLError

from apps.sandbox.connections import LARGEST_PAGE, Connection, Edge, keyset_cursor, page_of
from apps.sandbox.records import Account, Commit, DraftEvent, PullRequest, Repository, Review, World
from apps.sandbox.searching import RESULTS, search

_LARGEST_INT = 2**31 - 1
_EVENTS = {
    "READY_FOR_REVIEW_EVENT": "ReadyForReviewEvent",
    "CONVERT_TO_DRAFT_EVENT": "ConvertToDraftEvent",
}
Resolver = Callable[..., Any]
_REPOSITORY_ORDERS = {"PUSHED_AT": "pushed_at", "UPDATED_AT": "pushed_at", "NAME": "name"}


@dataclass(frozen=True)
class RateLimit:
    """What `rateLimit` answers about the token's budget, this query's cost taken off."""

    cost: int
    limit: int
    node_count: int
    remaining: int
    used: int
    reset_at: datetime


@dataclass(frozen=True)
class Context:
    """What resolvers know besides their source."""

    world: World
    rate_limit: RateLimit
    viewer: Account


@dataclass(frozen=True)
class _PullRequestCommit:
    commit: Commit

    @property
    def id(self) -> str:
        return f"PRC_{self.commit.oid[:20]}"


@dataclass(frozen=True)
class _Language:
    name: str

    @property
    def id(self) -> str:
        return f"LANG_{self.name}"


def _not_found(sentence: str) -> GraphQLError:
    return GraphQLError(sentence, extensions={"type": "NOT_FOUND"})


def _node(_: None, context: Context, *, id: str) -> object:  # noqa: A002 - GitHub's name
    world = context.world
    things: tuple[Repository | Account, ...] = (
        *world.repositories,
        *world.accounts.values(),
        world.organization,
    )
    found = world.pull_requests_by_id.get(id) or next((t for t in things if t.id == id), None)
    if found is None:
        raise _not_found(f"Could not resolve to a node with the global id of '{id}'")
    return found


def _nodes(_: None, context: Context, *, ids: Sequence[str]) -> Sequence[object]:
    if len(ids) > LARGEST_PAGE:
        raise GraphQLError(
            f"You may not provide more than {LARGEST_PAGE} node ids; you provided {len(ids)}.",
            extensions={"type": "ARGUMENT_LIMIT"},
        )
    return [_node_or_error(context, each) for each in ids]


def _node_or_error(context: Context, each: str) -> object:
    """An exception in a list is an error of its place alone: graphql-core raises it there."""
    try:
        return _node(None, context, id=each)
    except GraphQLError as error:
        return error


def _repository(_: None, context: Context, *, owner: str, name: str, **__: Any) -> Repository:
    found = context.world.repository(owner, name)
    if found is None:
        raise _not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _organization(_: None, context: Context, *, login: str) -> Account:
    if login.lower() != context.world.organization.login:
        raise _not_found(f"Could not resolve to an Organization with the login of '{login}'.")
    return context.world.organization


def _user(_: None, context: Context, *, login: str) -> Account:
    found = context.world.accounts.get(login.lower())
    if found is None or found.typename != "User":
        raise _not_found(f"Could not resolve to a User with the login of '{login}'.")
    return found


def _owner(_: None, context: Context, *, login: str) -> Account | None:
    if login.lower() == context.world.organization.login:
        return context.world.organization
    return context.world.accounts.get(login.lower())


def _search(_: None, context: Context, *, query: str, **page: Any) -> Connection[PullRequest]:
    found = search(context.world, query)
    page.pop("type")  # ISSUE is the only one of the schema
    return replace(page_of(found[:RESULTS], **page), total_count=len(found))


def _role(edge: Edge[Account], context: Context) -> str:
    return "ADMIN" if edge.node is context.world.members[0] else "MEMBER"


def _repositories(
    source: Account,
    context: Context,
    *,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's name
    isArchived: bool | None = None,  # noqa: N803
    isFork: bool | None = None,  # noqa: N803
    affiliations: object = None,
    ownerAffiliations: object = None,  # noqa: N803
    **page: Any,
) -> Connection[Repository]:
    rows = [r for r in context.world.repositories if r.owner.login == source.login]
    rows = [r for r in rows if isArchived is None or r.is_archived == isArchived]
    rows = [r for r in rows if isFork is None or r.is_fork == isFork]
    if orderBy is not None:
        field = _REPOSITORY_ORDERS.get(orderBy["field"], "created_at")
        rows.sort(key=lambda r: getattr(r, field), reverse=orderBy["direction"] == "DESC")
    return page_of(rows, **page)


def _repository_of(source: Account, context: Context, *, name: str, **_: Any) -> Repository | None:
    return context.world.repository(source.login, name)


def _pull_requests(
    source: Repository,
    context: Context,
    *,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's name
    states: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    baseRefName: str | None = None,  # noqa: N803
    headRefName: str | None = None,  # noqa: N803
    **page: Any,
) -> Connection[PullRequest]:
    rows = [
        pull
        for pull in context.world.pull_requests_by_repository[source.name_with_owner]
        if (states is None or pull.state in states)
        and (labels is None or {label.name for label in pull.labels} & set(labels))
        and baseRefName in (None, pull.base_ref_name)
        and headRefName in (None, pull.head_ref_name)
    ]
    order = orderBy or {"field": "CREATED_AT", "direction": "ASC"}
    field = "updated_at" if order["field"] == "UPDATED_AT" else "created_at"

    def moment(pull: PullRequest) -> datetime:
        value: datetime = getattr(pull, field)
        return value

    rows.sort(
        key=lambda pull: (moment(pull), pull.full_database_id),
        reverse=order["direction"] == "DESC",
    )
    return page_of(
        rows,
        cursor_of=lambda _, pull: keyset_cursor(moment(pull), pull.full_database_id),
        **page,
    )


def _reviews(
    source: PullRequest,
    _: Context,
    *,
    states: Sequence[str] | None = None,
    author: str | None = None,
    **page: Any,
) -> Connection[Review]:
    rows = [
        review
        for review in source.reviews
        if (states is None or review.state in states)
        and (author is None or (review.author is not None and review.author.login == author))
    ]
    return page_of(rows, **page)


def _timeline(
    source: PullRequest,
    _: Context,
    *,
    itemTypes: Sequence[str] | None = None,  # noqa: N803 - GitHub's name
    since: object = None,
    skip: object = None,
    **page: Any,
) -> Connection[DraftEvent]:
    wanted = {_EVENTS[name] for name in itemTypes or _EVENTS}
    return page_of([event for event in source.timeline_items if event.typename in wanted], **page)


def _pull_request(source: Repository, context: Context, *, number: int) -> PullRequest:
    pulls = context.world.pull_requests_by_repository[source.name_with_owner]
    found = next((pull for pull in pulls if pull.number == number), None)
    if found is None:
        raise _not_found(f"Could not resolve to a PullRequest with the number of {number}.")
    return found


def _short_id(source: PullRequest | Review, _: Context) -> int | None:
    """GraphQL's Int has 32 bits: a longer id is told by fullDatabaseId alone."""
    return source.full_database_id if source.full_database_id <= _LARGEST_INT else None


def _visibility(source: Repository, _: Context) -> str:
    return "PRIVATE" if source.is_private else "PUBLIC"


def _always(value: object) -> Resolver:
    return lambda source, context, **arguments: value


RESOLVERS: Mapping[tuple[str, str], Resolver] = MappingProxyType(
    {
        ("Query", "node"): _node,
        ("Query", "nodes"): _nodes,
        ("Query", "organization"): _organization,
        ("Query", "rateLimit"): lambda _, context, **__: context.rate_limit,
        ("Query", "repository"): _repository,
        ("Query", "repositoryOwner"): _owner,
        ("Query", "search"): _search,
        ("Query", "user"): _user,
        ("Query", "viewer"): lambda _, context: context.viewer,
        ("Organization", "membersWithRole"): lambda _, context, **page: page_of(
            context.world.members, **page
        ),
        ("Organization", "repositories"): _repositories,
        ("Organization", "repository"): _repository_of,
        ("SearchResultItemConnection", "issueCount"): lambda source, _: source.total_count,
        ("Organization", "viewerCanAdminister"): _always(True),
        ("Organization", "viewerIsAMember"): _always(True),
        ("OrganizationMemberEdge", "role"): _role,
        ("User", "isViewer"): lambda source, context: source is context.viewer,
        ("User", "organizations"): lambda _, context, **page: page_of(
            [context.world.organization], **page
        ),
        ("User", "repositories"): _repositories,
        ("User", "repository"): _repository_of,
        ("Repository", "isDisabled"): _always(False),
        ("Repository", "isEmpty"): _always(False),
        ("Repository", "isLocked"): _always(False),
        ("Repository", "primaryLanguage"): lambda source, _: _Language(source.language),
        ("Repository", "pullRequest"): _pull_request,
        ("Repository", "pullRequests"): _pull_requests,
        ("Repository", "stargazerCount"): _always(0),
        ("Repository", "visibility"): _visibility,
        ("PullRequest", "bodyText"): lambda source, _: source.body,
        ("PullRequest", "commits"): lambda source, _, **page: page_of(
            [_PullRequestCommit(commit) for commit in source.commits], **page
        ),
        ("PullRequest", "databaseId"): _short_id,
        ("PullRequest", "files"): lambda source, _, **page: page_of(source.files, **page),
        ("PullRequest", "headRepository"): lambda source, _: source.repository,
        ("PullRequest", "isCrossRepository"): _always(False),
        ("PullRequest", "labels"): lambda source, _, **page: page_of(source.labels, **page),
        ("PullRequest", "lastEditedAt"): _always(None),
        ("PullRequest", "reviews"): _reviews,
        ("PullRequest", "timelineItems"): _timeline,
        ("PullRequestReview", "createdAt"): lambda source, _: source.submitted_at,
        ("PullRequestReview", "databaseId"): _short_id,
        ("PullRequestReview", "updatedAt"): lambda source, _: source.submitted_at,
        ("Commit", "abbreviatedOid"): lambda source, _: source.oid[:7],
        ("Commit", "committer"): lambda source, _: source.author,
        ("Commit", "messageBody"): lambda source, _: source.message.partition("\n\n")[2],
    }
)
