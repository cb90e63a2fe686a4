"""The repositories of one run over a window: how each of them ends, and what is written of that."""

from collections.abc import Collection
from typing import Any

from apps.core.errors import PermanentError
from apps.core.history import Window
from apps.github.api.facts import PullRequest
from apps.github.models import TrackedRepository
from apps.github.syncing import progress
from apps.github.syncing.batch_size import BatchSize
from apps.github.syncing.listing import NOTED, THE_BEGINNING
from apps.github.syncing.worklist import Course
from apps.pipeline.claims import Claim
from apps.pipeline.signals import repository_synced, tell

NAMED_FAILURES = 3  # repositories that the sentence about a failed sync quotes


class Courses:
    """
    Each writes inside a batch of its own, so call nothing of this from within one.

    :param page_size: pull requests in a request where GitHub has never complained.
    :param is_all: no repository is read that is not among these.
    """

    def __init__(
        self,
        claim: Claim,
        rows: Collection[TrackedRepository],
        window: Window,
        *,
        page_size: int,
        is_background: bool,
        is_all: bool,
    ) -> None:
        self.by_id = {
            row.pk: Course(row, BatchSize.learnt(row.details_at_once, most=page_size))
            for row in rows
        }
        self._claim = claim
        self._window = window
        self._is_background = is_background
        self._is_all = is_all
        self._percent: int = claim.row.background_sync_progress

    @property
    def rows(self) -> list[TrackedRepository]:
        return [course.row for course in self.by_id.values()]

    def most_active_first(self) -> list[Course]:
        return sorted(
            self.by_id.values(),
            key=lambda course: course.row.pushed_at or THE_BEGINNING,
            reverse=True,
        )

    def columns(self, arriving: Collection[PullRequest] = ()) -> dict[str, Any]:
        """What a batch that stores `arriving` writes on the team: how far the window is."""
        columns: dict[str, Any] = {
            "position": progress.position(self.rows, self._window, arriving),
        }
        if self._is_background:
            rows = [course.row for course in self.by_id.values() if not course.is_over]
            self._percent = max(self._percent, progress.percent_of_all(rows, self._window))
            columns["background_sync_progress"] = self._percent
        return columns

    def recount(self, courses: Collection[Course], *, has_listed: bool) -> None:
        """
        Count what is listed and stored of these; inside the caller's batch.

        One that somebody has taken out of the selection meanwhile is dropped.

        :param has_listed: write how far their lists are read, too.
        """
        for course in courses:
            course.row.details_at_once = course.batch.to_remember
        columns = [*progress.COUNTED, *NOTED] if has_listed else progress.COUNTED
        gone = progress.recount([course.row for course in courses], self._window, columns)
        for course in courses:
            course.is_dropped |= course.row.pk in gone

    def finish(self, course: Course) -> None:
        with self._claim.batch(**self.columns()):
            progress.finish(course.row, self._window, count_at_github=course.counted)
        self._tell(course)

    def fail(self, course: Course, sentence: str) -> None:
        course.has_failed = True
        with self._claim.batch():
            progress.fail(course.row, sentence)
        self._tell(course)

    def conclude(self) -> None:
        """:raises PermanentError: if no repository that is still wanted could be read."""
        wanted = [course for course in self.by_id.values() if not course.is_dropped]
        failed = [course.row for course in wanted if course.has_failed]
        if self._is_all and wanted and len(failed) == len(wanted):
            reasons = [f"{row.name_with_owner}: {row.sync_error}" for row in failed]
            raise PermanentError(
                "None of the repositories could be read. " + " ".join(reasons[:NAMED_FAILURES])
            )
        if self._is_background:
            with self._claim.batch(background_sync_progress=100):
                pass

    def _tell(self, course: Course) -> None:
        row = course.row
        tell(
            repository_synced,
            self._claim.row,
            repository=row.name_with_owner,
            status=row.sync_status,
            pull_requests=row.sync_prs_completed,
        )
