"""
Search pull requests as GitHub's `search(type: ISSUE)` does, in the part of its language we speak.

https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
A word that is not understood is refused rather than ignored, so that no test takes a count of
everything for a count of what it asked for. Unlike GitHub's, this index never lags.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from graphql import GraphQLError

from apps.sandbox.records import PullRequest, World

RESULTS = 1_000  # what a search gives, however many it counts

_STATES: Mapping[str, Callable[[PullRequest], bool]] = {
    "pr": lambda pull: True,
    "open": lambda pull: not pull.closed,
    "closed": lambda pull: pull.closed,
    "merged": lambda pull: pull.merged,
}
_MOMENTS = ("created", "updated", "merged", "closed")
_RANGE = re.compile(r"(?P<sign>>=|<=|>|<)?(?P<first>[^.<>]+)(?:\.\.(?P<last>[^.<>]+))?")
_SECOND = timedelta(seconds=1)  # GitHub's moments have whole seconds
_BEGIN, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def search(world: World, query: str) -> Sequence[PullRequest]:
    """
    Find what matches every word, the newest first; a repository that is not there has nothing.

    :raises GraphQLError: for a word of GitHub's language that this server does not speak.
    """
    rows: Sequence[PullRequest] = world.pull_requests
    for word in query.split():
        name, _, value = word.partition(":")
        if name == "repo":
            found = world.repository(*value.split("/", 1)) if "/" in value else None
            rows = [pull for pull in rows if pull.repository is found]
        elif name == "is" and value in _STATES:
            rows = [pull for pull in rows if _STATES[value](pull)]
        elif name in _MOMENTS:
            first, last = _range(value)
            rows = [pull for pull in rows if _lies_in(getattr(pull, f"{name}_at"), first, last)]
        else:
            raise _not_understood(word)
    return sorted(rows, key=lambda pull: (pull.created_at, pull.id), reverse=True)


def _lies_in(moment: datetime | None, first: datetime, last: datetime) -> bool:
    return moment is not None and first <= moment <= last


def _range(value: str) -> tuple[datetime, datetime]:
    """The first and the last moment of `2026-10-27`, `>=…`, `<…` or `…..…`; both are inside."""
    parts = _RANGE.fullmatch(value)
    if parts is None:
        raise _not_understood(value)
    begin, end = _moment(parts["first"])
    if parts["last"]:
        return begin, _moment(parts["last"])[1]
    ranges = {
        ">=": (begin, _END),
        ">": (end + _SECOND, _END),
        "<=": (_BEGIN, end),
        "<": (_BEGIN, begin - _SECOND),
    }
    return ranges.get(parts["sign"], (begin, end))


def _moment(written: str) -> tuple[datetime, datetime]:
    """The first and the last second of a day, or twice the same moment."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise _not_understood(written) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment, moment if "T" in written else moment + timedelta(days=1) - _SECOND


def _not_understood(words: str) -> GraphQLError:
    return GraphQLError(f"The sandbox does not understand `{words}` in a search.")
