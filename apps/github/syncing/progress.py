"""How far the sync of each repository is: counted from its keys, never added up."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.core.history import Window
from apps.github.api.facts import PullRequest
from apps.github.models import PullRequest as Stored
from apps.github.models import PullRequestKey, TrackedRepository
from apps.github.syncing.listing import NOTED

State = PullRequestKey.State
SyncStatus = TrackedRepository.SyncStatus
NAMED_GAPS = 10  # numbers spelled out in the sentence about gaps
#: What a count changes, and what a batch size is learnt from.
COUNTED = ["sync_progress", "sync_prs_total", "sync_prs_completed", "details_at_once"]
#: All that a sync writes.
WRITTEN = [
    *COUNTED,
    *NOTED,
    "was_read_archived",
    "gaps_tried_at",
    "counted_at",
    "counted_since",
    "count_at_github",
    "count_here",
    "sync_status",
    "sync_started_at",
    "last_synced_at",
    "sync_error",
    "sync_since",
]


def begin(rows: Collection[TrackedRepository], window: Window) -> None:
    """Mark the repositories as syncing; inside the caller's transaction, like all of these."""
    for row in rows:
        if row.sync_since != window.since:  # a new window begins at 0, a resumed one goes on
            row.sync_since, row.sync_progress = window.since, 0
            row.sync_prs_total = row.sync_prs_completed = 0
            row.sync_started_at = timezone.now()
        row.sync_status, row.sync_error = SyncStatus.SYNCING, ""
        row.was_read_archived &= row.is_archived
    save(rows)


def recount(
    rows: Collection[TrackedRepository], window: Window, columns: Sequence[str] = COUNTED
) -> set[int]:
    """
    Bring counts and percentages up to date; return the ids of those that nobody selects any more.

    The total is what is listed of the window; a percentage is only shown once a list is complete,
    and never falls within a window, so that it is 100 at the end and not before.
    """
    _count(rows, window)
    return save(rows, columns)


def _count(rows: Collection[TrackedRepository], window: Window) -> None:
    counts = _counts(rows, window)
    for row in rows:
        waiting, stored, gaps = counts.get(row.pk, (0, 0, 0))
        row.sync_prs_total = waiting + stored + gaps
        row.sync_prs_completed = stored
        if row.is_listed_since(window.since):
            row.sync_progress = max(row.sync_progress, _percent(stored + gaps, row.sync_prs_total))


def finish(row: TrackedRepository, window: Window, *, count_at_github: int | None = None) -> None:
    """
    The window of this repository is stored, but for the gaps that its sentence names.

    :param count_at_github: of all pull requests updated since the window's beginning.
    """
    _count([row], window)
    since = PullRequestKey.objects.filter(repository=row, updated_at__gte=window.since)
    gaps = list(since.filter(state=State.GAP).order_by("-number").values_list("number", flat=True))
    if count_at_github is not None:
        row.counted_at, row.counted_since = timezone.now(), window.since
        row.count_at_github = count_at_github
        row.count_here = _stored(since).count()
    row.was_read_archived = row.is_archived
    row.sync_error = sentence(gaps, left_out=row.left_out)
    row.sync_status = SyncStatus.PARTIAL if row.sync_error else SyncStatus.COMPLETED
    row.sync_progress = 100
    row.last_synced_at = timezone.now()
    save([row])


def fail(row: TrackedRepository, sentence: str) -> None:
    row.sync_status, row.sync_error = SyncStatus.FAILED, sentence
    save([row])


def save(rows: Collection[TrackedRepository], columns: Sequence[str] = WRITTEN) -> set[int]:
    """
    Write the rows that are still selected; return the ids of the others.

    One statement, and a second one only where somebody has changed the selection meanwhile.
    """
    wanted = TrackedRepository.objects.filter(is_selected=True)
    if _write(wanted, rows, columns) == len(rows):
        return set()
    ids = {row.pk for row in rows}
    return ids - set(wanted.filter(pk__in=ids).values_list("pk", flat=True))


def _write(
    wanted: QuerySet[TrackedRepository],
    rows: Collection[TrackedRepository],
    columns: Sequence[str],
) -> int:
    """A row alone, as most are, is spared a CASE for each column, which takes milliseconds."""
    if len(rows) != 1:
        return wanted.bulk_update(rows, columns)
    (row,) = rows
    return wanted.filter(pk=row.pk).update(**{name: getattr(row, name) for name in columns})


def listed_since(row: TrackedRepository, since: datetime) -> int:
    """How many pull requests of a repository are listed as updated since then."""
    keys = PullRequestKey.objects.filter(repository=row, updated_at__gte=since)
    return keys.exclude(state=State.GONE).count()


def _stored(keys: QuerySet[PullRequestKey]) -> QuerySet[PullRequestKey]:
    """Those whose pull request is here, in whatever state it was then."""
    stored = Stored.objects.filter(repository=OuterRef("repository"), number=OuterRef("number"))
    return keys.exclude(state=State.GONE).filter(Exists(stored))


def percent_of_all(rows: Collection[TrackedRepository], window: Window) -> int:
    """The whole team's percentage, by counts; below 100 until the caller says that all is done."""
    if not _are_listed(rows, window):
        return 0
    total = sum(row.sync_prs_total for row in rows)
    completed = sum(row.sync_prs_completed for row in rows)
    return min(_percent(completed, total), 99) if total else 0


def position(
    rows: Collection[TrackedRepository], window: Window, arriving: Collection[PullRequest]
) -> str:
    """
    How far the window is once `arriving` is stored, in words for people; empty while it is unknown.

    No statement: what the last counts of the repositories say, and what this batch adds to them.
    """
    moved_away = sum(not _is_inside(window, found.updated_at) for found in arriving)
    total = sum(row.sync_prs_total for row in rows) - moved_away
    if total <= 0:
        return ""
    stored = sum(row.sync_prs_completed for row in rows) + len(arriving) - moved_away
    least = "" if _are_listed(rows, window) else "at least "
    older = "" if window.until is None else "older "
    return f"{min(stored, total)} of {least}{total} {older}pull request{'s' * (total != 1)}"


def _are_listed(rows: Collection[TrackedRepository], window: Window) -> bool:
    """Whether it is known how many pull requests the window has."""
    return all(row.is_listed_since(window.since) for row in rows)


def _is_inside(window: Window, moment: datetime) -> bool:
    return window.since <= moment and (window.until is None or moment < window.until)


def _percent(done: int, total: int) -> int:
    return 100 * done // total if total else 0


def _counts(rows: Collection[TrackedRepository], window: Window) -> dict[int, tuple[int, int, int]]:
    counted = (
        _in_window(window)
        .filter(repository__in=rows)
        .values_list("repository_id")
        .annotate(
            waiting=Count("pk", filter=Q(state=State.PENDING)),
            stored=Count("pk", filter=Q(state=State.DONE)),
            gaps=Count("pk", filter=Q(state=State.GAP)),
        )
    )
    return {pk: (waiting, stored, gaps) for pk, waiting, stored, gaps in counted}


def _in_window(window: Window) -> QuerySet[PullRequestKey]:
    keys = PullRequestKey.objects.filter(updated_at__gte=window.since)
    if window.until is None:
        return keys
    # Touched since phase 1: it left this window, but it is this window's sync that fetches it.
    return keys.filter(Q(updated_at__lt=window.until) | Q(state=State.PENDING))


def sentence(gaps: Sequence[int], *, left_out: int) -> str:
    """
    What could not be had, for the team; empty where all is here.

    :param gaps: numbers of pull requests that could not be fetched.
    :param left_out: how many GitHub refused to list.
    """
    parts = []
    if gaps:
        numbers = ", ".join(f"#{number}" for number in gaps[:NAMED_GAPS])
        more = f" and {len(gaps) - NAMED_GAPS} more" if len(gaps) > NAMED_GAPS else ""
        parts.append(f"{_pull_requests(len(gaps))} could not be fetched: {numbers}{more}.")
    if left_out:
        parts.append(f"GitHub refuses to list {_pull_requests(left_out)}.")
    if not parts:
        return ""
    again = "It is" if len(gaps) + left_out == 1 else "They are"
    return " ".join([*parts, f"{again} tried again by the next update."])


def _pull_requests(number: int) -> str:
    return f"{number} pull request{'s' * (number != 1)}"
