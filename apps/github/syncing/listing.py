"""How a repository's list is read: once down to the window's end, then again from the top."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from apps.github.api.facts import Key, Page
from apps.github.models import TrackedRepository

#: As `keys_reach`: the list has been read to its end.
THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: A catch-up reads this much more: GitHub's copies do not all know an update at the same moment.
OVERLAP = timedelta(minutes=5)
#: The columns that say how far a list is read.
NOTED = ["keys_cursor", "keys_reach", "keys_top", "left_out", "unlisted"]


@dataclass(frozen=True)
class ListJob:
    """Read one page of a repository's list."""

    repository_id: int
    node_id: str
    cursor: str = ""
    is_catch_up: bool = False
    top: datetime | None = None  #: the newest update on the first page of this catch-up
    is_whole: bool = False  #: a catch-up that reads the whole window again

    @property
    def is_counted(self) -> bool:
        """GitHub counts at the last look at the top, the moment at which both counts can agree."""
        return self.is_catch_up and not self.cursor


def walk(row: TrackedRepository, since: datetime) -> ListJob | None:
    """The next page downwards; None where everything since `since` is listed."""
    if row.is_listed_since(since):
        return None
    return ListJob(row.pk, row.node_id, cursor=row.keys_cursor)


def catch_up(row: TrackedRepository) -> ListJob:
    """
    The first page again: a pull request touched during the walk jumped ahead of its cursor.

    It is read down to what was the newest update when the top was read before, and further while
    a page has something new: neither a wrong clock nor a pull request dated in the future, which
    GitHub has, can open a gap.
    """
    return ListJob(row.pk, row.node_id, is_catch_up=True)


def once_more(row: TrackedRepository) -> ListJob:
    """The whole window again, whatever is known of it: GitHub counts more than it has listed."""
    return ListJob(row.pk, row.node_id, is_catch_up=True, is_whole=True)


def advance(
    row: TrackedRepository,
    job: ListJob,
    page: Page[Key],
    *,
    since: datetime,
    has_moved: bool,
    now: datetime,
) -> ListJob | None:
    """
    Note on the row how far the list is read now; return the job of the next page, None at the end.

    The caller saves the row, in the transaction that stores the page.

    :param has_moved: whether a key of the page is new, or newer than it was known.
    :param now: the top is never noted as later than this.
    """
    top = min(page.items[0].updated_at, now) if page.items else THE_BEGINNING
    if job.is_catch_up:
        top = job.top or top
        before = min(row.keys_top or THE_BEGINNING, now)
        end = since if job.is_whole else before - OVERLAP
        if not page.is_last and _goes_on(row, page, end, has_moved=has_moved):
            return replace(job, cursor=page.cursor, top=top)
        row.keys_top = max(before, top)
        return None
    row.keys_cursor = page.cursor or row.keys_cursor
    row.keys_top = row.keys_top or top
    if page.is_last:
        row.keys_reach = THE_BEGINNING
    elif page.items:
        row.keys_reach = page.items[-1].updated_at
    return walk(row, since)


def _goes_on(row: TrackedRepository, page: Page[Key], end: datetime, *, has_moved: bool) -> bool:
    """Whether a catch-up reads on below this page: not where the walk has not been yet."""
    if not page.items:
        return True
    reach = page.items[-1].updated_at
    return reach >= end or (has_moved and reach >= (row.keys_reach or THE_BEGINNING))
