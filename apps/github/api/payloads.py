"""
GitHub's JSON into the dataclasses of `apps.github.api.facts`: the only place that knows its shapes.

Reads what our own queries return, and older recordings with other ids and without type names.
Text loses NUL and lone surrogates, which no database stores. An enum value that we do not know is
kept as it came. What must be there and is not raises one of `UNREADABLE`: a number that did not
come is not 0. E-mail addresses do not leave this module, see `apps.github.api.addresses`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from apps.github.api.addresses import keep
from apps.github.api.facts import (
    GHOST,
    Account,
    ChangedFile,
    Commit,
    Item,
    Key,
    Owner,
    Page,
    PullRequest,
    Repository,
    Review,
)

Raw = Mapping[str, Any]

#: What parsing raises where an answer is not of GitHub's shapes.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
PENDING = "PENDING"  # a review that its author has not sent yet; only they see it


def pull_request(raw: Raw) -> PullRequest:
    """One pull request with the first page of each of its lists."""
    is_merged = raw.get("mergedAt") is not None
    return PullRequest(
        node_id=raw.get("id") or "",
        github_id=number64(raw),
        number=present(raw["number"]),
        author=actor(raw.get("author")),
        merged_by=actor(raw.get("mergedBy")) if is_merged else None,
        title=text(raw.get("title")),
        body=text(raw.get("body")),
        state=str(present(raw["state"])).lower(),
        is_draft=bool(raw.get("isDraft")),
        base_ref=text(raw.get("baseRefName")),
        head_ref=text(raw.get("headRefName")),
        is_from_fork=bool(raw.get("isCrossRepository")),
        head_repository=text((raw.get("headRepository") or {}).get("nameWithOwner")),
        additions=count(raw, "additions"),
        deletions=count(raw, "deletions"),
        changed_files=count(raw, "changedFiles"),
        created_at=moment(raw["createdAt"]),
        updated_at=moment(raw["updatedAt"]),
        merged_at=maybe_moment(raw.get("mergedAt")),
        closed_at=maybe_moment(raw.get("closedAt")),
        made_ready=tuple(
            moment(event["createdAt"]) for event in nodes(raw.get("timelineItems")) if event
        ),
        labels=children(raw.get("labels"), label),
        reviews=children(raw.get("reviews"), review),
        commits=children(raw.get("commits"), commit),
        files=children(raw.get("files"), changed_file),
    )


def page(raw: Raw | None, item: Callable[[Raw], Item | None]) -> Page[Item]:
    """A connection's page; one that is null, because GitHub gave up on it, is not the last."""
    if raw is None:
        return Page()
    items = tuple(made for node in nodes(raw) if node and (made := item(node)) is not None)
    info = raw.get("pageInfo") or {}
    has_more = bool(info.get("hasNextPage", raw.get("totalCount", 0) > len(nodes(raw))))
    skipped = len(nodes(raw)) - len(items)
    return Page(
        items=items,
        total=max(raw.get("totalCount", len(items)) - skipped, 0),
        cursor=info.get("endCursor") or "",
        is_last=not has_more,
    )


def children(raw: Raw | None, item: Callable[[Raw], Item | None]) -> Page[Item]:
    """A page of a pull request's list; one with a hole in it is as good as one that is null."""
    if raw is not None and None in nodes(raw):
        return Page(total=raw.get("totalCount") or 0)
    return page(raw, item)


def review(raw: Raw) -> Review | None:
    """A submitted review; None for one that is not sent yet."""
    if raw.get("state") == PENDING or raw.get("submittedAt") is None:
        return None
    return Review(
        node_id=str(raw.get("id") or number64(raw)),
        author=actor(raw.get("author")),
        state=str(raw["state"]),
        submitted_at=moment(raw["submittedAt"]),
    )


def commit(raw: Raw) -> Commit:
    inner = raw["commit"]
    author = inner.get("author") or {}
    committer = inner.get("committer") or {}
    return Commit(
        oid=inner["oid"],
        message=text(inner.get("message")),
        authored_at=maybe_moment(inner.get("authoredDate") or author.get("date")),
        committed_at=maybe_moment(inner.get("committedDate") or committer.get("date")),
        author_name=text(author.get("name")),
        author_login=(author.get("user") or {}).get("login") or "",
        author_address=keep(author.get("email") or ""),
    )


def changed_file(raw: Raw) -> ChangedFile:
    return ChangedFile(
        path=text(present(raw["path"])),
        additions=count(raw, "additions"),
        deletions=count(raw, "deletions"),
        change_type=str(raw.get("changeType") or ""),
    )


def label(raw: Raw) -> str:
    return text(raw["name"])


def key(raw: Raw) -> Key:
    return Key(node_id=raw["id"], number=raw["number"], updated_at=moment(raw["updatedAt"]))


def actor(raw: Raw | None) -> Account:
    """Whoever did it: a bot by its type name; the ghost where GitHub has nobody any more."""
    if not raw or not raw.get("login"):
        return GHOST
    return Account(
        login=raw["login"],
        kind="bot" if raw.get("__typename") == "Bot" else "user",
        github_id=raw.get("databaseId") or (raw.get("user") or {}).get("databaseId"),
        name=text(raw.get("name")),
    )


def owner(raw: Raw) -> Owner:
    is_organization = raw.get("__typename") == "Organization"
    return Owner(
        login=raw["login"],
        kind="organization" if is_organization else "user",
        github_id=raw.get("databaseId"),
        name=text(raw.get("name")),
    )


def repository(raw: Raw) -> Repository:
    return Repository(
        node_id=raw["id"],
        github_id=raw.get("databaseId"),
        name_with_owner=raw["nameWithOwner"],
        default_branch=(raw.get("defaultBranchRef") or {}).get("name") or "",
        is_private=bool(raw.get("isPrivate")),
        is_archived=bool(raw.get("isArchived")),
        is_fork=bool(raw.get("isFork")),
        is_disabled=bool(raw.get("isDisabled")),
        pushed_at=maybe_moment(raw.get("pushedAt")),
    )


def nodes(raw: Raw | None) -> list[Any]:
    return (raw or {}).get("nodes") or []


def present(value: Item | None) -> Item:
    """:raises ValueError: for null."""
    if value is None:
        raise ValueError("GitHub left out what every pull request has.")
    return value


def count(raw: Raw, name: str) -> int:
    """A number that is never null at GitHub; 0 where an older recording did not ask for it."""
    return int(present(raw.get(name, 0)))


def number64(raw: Raw) -> int | None:
    """The numeric id; GitHub's 32-bit field stops where the 64-bit one goes on."""
    value = raw.get("fullDatabaseId") or raw.get("databaseId")
    return None if value is None else int(value)


def text(value: str | None) -> str:
    return UNSTORABLE.sub("\ufffd", value or "")


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def maybe_moment(value: str | None) -> datetime | None:
    return None if value is None else moment(value)
