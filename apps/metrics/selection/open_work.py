"""What is open right now, as far as it is known: what waits, what lies, what is a draft."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.github.models import PullRequest
from apps.metrics.figures import Figure, count
from apps.metrics.selection.chosen import Chosen, flows_of
from apps.teams.models import Team

STALE_AFTER = timedelta(days=14)  # as the insight I-03 has it
SHOWN = 10


@dataclass(frozen=True)
class OpenPullRequest:
    pull_request: int
    repository: str
    number: int
    title: str
    author: str  #: login
    is_draft: bool
    reviews_known: bool
    opened_at: datetime
    ready_at: datetime | None
    first_review_at: datetime | None
    updated_at: datetime

    @property
    def waits_since(self) -> datetime:
        return self.ready_at or self.opened_at


@dataclass(frozen=True)
class OpenList:
    shown: tuple[OpenPullRequest, ...]  #: the longest first
    of: Figure  #: how many there are


@dataclass(frozen=True)
class OpenWork:
    """
    People's open pull requests into default branches.

    One that nobody has touched since the history begins was never read, and is in none of these.
    """

    open: Figure  #: all of them, drafts too
    waiting: OpenList  #: ready, without a review; whether one was asked for makes no difference
    stale: OpenList  #: ready, and untouched for STALE_AFTER
    drafts: OpenList


def open_work(team: Team, chosen: Chosen, *, now: datetime, shown: int = SHOWN) -> OpenWork:
    """What passes the filters; the period and the week mean nothing to it. One statement."""
    rows = flows_of(team, chosen).filter(state=PullRequest.State.OPEN, is_to_default_branch=True)
    if not chosen.with_bots:
        rows = rows.filter(is_by_person=True)
    found = [OpenPullRequest(*row) for row in rows.order_by().values_list(*COLUMNS)]
    ready = [one for one in found if not one.is_draft]
    waiting = [one for one in ready if one.reviews_known and one.first_review_at is None]
    stale = [one for one in ready if now - one.updated_at > STALE_AFTER]
    drafts = [one for one in found if one.is_draft]
    return OpenWork(
        open=count(len(found)),
        waiting=_longest(waiting, lambda one: one.waits_since, shown),
        stale=_longest(stale, lambda one: one.updated_at, shown),
        drafts=_longest(drafts, lambda one: one.opened_at, shown),
    )


COLUMNS = (
    "pk",
    "repository__name_with_owner",
    "pull_request__number",
    "pull_request__title",
    "author__login",
    "is_draft",
    "reviews_known",
    "created_at",
    "ready_at",
    "first_review_at",
    "updated_at",
)


def _longest(
    found: list[OpenPullRequest], since: Callable[[OpenPullRequest], datetime], shown: int
) -> OpenList:
    found.sort(key=lambda one: (since(one), one.pull_request))
    return OpenList(tuple(found[:shown]), count(len(found)))
