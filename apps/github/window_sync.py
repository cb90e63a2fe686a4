"""
Pull requests of a window, from GitHub into rows: keys first, then details, many requests at once.

Requests run in threads; everything else happens here, one answer at a time, each in one fenced
transaction. What is stored is never asked for again, so a run can end anywhere and begin anew.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core.errors import PermanentError, TransientError
from apps.core.history import Window
from apps.core.parallel import Outcome, in_parallel
from apps.github import details, keys, listing, oddities, progress, repositories, storing
from apps.github.client import GitHubClient
from apps.github.errors import (
    GitHubAccessRefused,
    GitHubDown,
    GitHubLimited,
    GitHubTimeout,
    GitHubUnavailable,
)
from apps.github.facts import Key, Page, PullRequest
from apps.github.keys import WantedKey
from apps.github.listing import ListJob
from apps.github.models import TrackedRepository
from apps.github.people import People
from apps.github.storing import Arrived
from apps.github.worklist import Course, DetailJob, Job, WorkList
from apps.pipeline.claims import Claim
from apps.pipeline.signals import repository_synced, tell

Follow = Callable[[], None]  # what an answer means for the queue, once it is stored
Write = Callable[[], Follow]

NAMED_FAILURES = 3  # repositories that the sentence about a failed sync quotes


class WindowSync:
    """One run over one window of a team's repositories."""

    def __init__(
        self,
        claim: Claim,
        client: GitHubClient,
        rows: Collection[TrackedRepository],
        window: Window,
        *,
        is_background: bool,
    ) -> None:
        self.claim = claim
        self.client = client
        self.window = window
        self.is_background = is_background
        self.percent: int = claim.row.background_sync_progress
        self.courses = {row.pk: Course(row) for row in rows}
        self.work = WorkList(settings.HISTORICAL_SYNC_CONFIG["page_size"], self.courses)
        self.people = People(claim.row.pk)
        self.trouble: TransientError | None = None
        self.odd_ones = oddities.OddOnes()

    def run(self) -> None:
        """
        Fetch and store the window.

        :raises TransientError: if GitHub wants a pause or cannot be reached, after everything that
            was under way has been stored.
        :raises PermanentError: if no repository could be read.
        """
        self._prepare()
        for outcome in in_parallel(
            self.work,
            self._ask,
            at_once=self.client.at_once,
            on_idle=self.claim.heartbeat,
        ):
            self._take(outcome)
        if self.trouble is not None:
            raise self.trouble
        self._conclude()

    # --- Before -------------------------------------------------------------------------------

    def _prepare(self) -> None:
        looked_up = repositories.look_up(self.client, self._rows(), on_idle=self.claim.heartbeat)
        with self.claim.batch():
            repositories.refresh(self._rows(), looked_up.found)
            keys.reopen(self._rows(), since=self.window.since)
            progress.begin(self._rows(), self.window)
            progress.recount(self._rows(), self.window)
            pending = keys.pending(self._rows(), since=self.window.since)
        for pk, sentence in looked_up.refused.items():
            self._fail(self.courses[pk], sentence)
        self.work.add_keys(key for key in pending if key.repository_id in looked_up.found)
        for course in sorted(self.courses.values(), key=_activity, reverse=True):
            self._go_on(course, listing.walk(course.row, self.window.since))

    def _rows(self) -> list[TrackedRepository]:
        return [course.row for course in self.courses.values()]

    # --- In a thread: no database -------------------------------------------------------------

    def _ask(self, job: Job) -> Write:
        """Ask GitHub; return what is then to be written, in the thread that may write."""
        with self.client.witnessed():
            if isinstance(job, ListJob):
                page = keys.list_page(self.client, repository=job.node_id, cursor=job.cursor)
                return partial(self._listed, job, page)
            fetched = details.fetch(self.client, [key.node_id for key in job.keys])
            return partial(self._fetched, job, fetched)

    # --- One answer ---------------------------------------------------------------------------

    def _take(self, outcome: Outcome[Job, Write]) -> None:
        try:
            write = outcome.value()
            follow = write()
        except (GitHubLimited, GitHubDown) as exc:
            self._stop(exc)
        except (GitHubTimeout, GitHubUnavailable, GitHubAccessRefused) as exc:
            self.claim.heartbeat()
            self._not_answered(outcome.item, exc)
        except oddities.ODD as exc:
            self._odd(outcome.item, exc)
        else:
            follow()

    def _stop(self, trouble: TransientError) -> None:
        """Ask nothing more; what is under way is still stored."""
        self.trouble = self.trouble or trouble
        self.work.stop()

    def _not_answered(
        self, job: Job, exc: GitHubTimeout | GitHubUnavailable | GitHubAccessRefused
    ) -> None:
        """GitHub answers others, and not this."""
        if isinstance(job, DetailJob):
            if isinstance(exc, GitHubAccessRefused):
                self._refused(job, str(exc))
            else:
                self._too_much(job, str(exc))
        elif isinstance(exc, GitHubUnavailable):
            self._stop(exc)
        else:
            self.work.list_answered(job)
            self._fail(self.courses[job.repository_id], str(exc))

    def _refused(self, job: DetailJob, sentence: str) -> None:
        """A question that is refused as a whole says something of its repository, if of one."""
        jobs = job.by_repository()
        if len(jobs) > 1:
            self.work.add_portions(jobs)
        else:
            self._fail(self.courses[job.keys[0].repository_id], sentence)

    def _too_much(self, job: DetailJob, sentence: str) -> None:
        if len(job.keys) > 1:
            self.work.add_portions(job.halves())
        else:
            self._fetched(job, details.Fetched(missing={job.keys[0].node_id: sentence}))()

    def _odd(self, job: Job, exc: Exception) -> None:
        """Find what cannot be read or stored, and leave it out; its transaction is rolled back."""
        self.people.forget()
        if isinstance(job, ListJob):
            course = self.courses[job.repository_id]
            course.row.refresh_from_db(fields=listing.NOTED)
            oddities.leave_out_list(course.row.name_with_owner, exc)
            self.work.list_answered(job)
            self._fail(course, oddities.LIST)
            return
        if len(job.keys) == 1:
            self.odd_ones.leave_out(job.keys[0].node_id, exc)
        self._too_much(job, oddities.PULL_REQUEST)

    def _listed(self, job: ListJob, page: Page[Key]) -> Follow:
        course = self.courses[job.repository_id]
        with self.claim.batch(progress=not job.is_catch_up, **self._columns()):
            moved = keys.remember(course.row.pk, page.items)
            following = listing.advance(
                course.row,
                job,
                page,
                since=self.window.since,
                has_moved=bool(moved),
                now=timezone.now(),
            )
            progress.recount([course.row], self.window)
        return partial(self._after_list, job, moved, following)

    def _after_list(
        self, job: ListJob, moved: Sequence[WantedKey], following: ListJob | None
    ) -> None:
        self.work.list_answered(job)
        self.work.add_keys(key for key in moved if key.updated_at >= self.window.since)
        self._go_on(self.courses[job.repository_id], following)

    def _fetched(self, job: DetailJob, fetched: details.Fetched) -> Follow:
        answered = [key for key in job.keys if key.node_id not in fetched.again]
        courses = [self.courses[pk] for pk in {key.repository_id for key in answered}]
        if answered:
            arriving = fetched.pull_requests.values()
            with self.claim.batch(progress=fetched.has_whole_ones, **self._columns(arriving)):
                self._store(answered, fetched)
                progress.recount([course.row for course in courses], self.window)
        again = [DetailJob((key,)) for key in job.keys if key.node_id in fetched.again]
        return partial(self._after_details, answered, again, courses)

    def _after_details(
        self,
        answered: Sequence[WantedKey],
        again: Sequence[DetailJob],
        courses: Sequence[Course],
    ) -> None:
        self.work.add_portions(again)
        self.work.keys_answered(answered)
        for course in courses:
            self._go_on(course)

    def _store(self, answered: Sequence[WantedKey], fetched: details.Fetched) -> None:
        found = fetched.pull_requests
        storing.store(
            self.claim.row.pk,
            [
                Arrived(key.repository_id, found[key.node_id])
                for key in answered
                if key.node_id in found
            ],
            self.people,
        )
        keys.settle(answered, found, fetched.missing)

    # --- What follows -------------------------------------------------------------------------

    def _go_on(self, course: Course, following: ListJob | None = None) -> None:
        """The next page of its list; or, with nothing open, a catch-up; after that the end."""
        if course.has_failed:
            return
        if following is not None:
            self.work.add_list(following)
        elif course.open == 0 and not course.has_caught_up:
            course.has_caught_up = True
            self.work.add_list(listing.catch_up(course.row))
        elif course.open == 0:
            self._finish(course)

    def _finish(self, course: Course) -> None:
        with self.claim.batch(**self._columns()):
            progress.finish(course.row, self.window)
        self._tell(course)

    def _fail(self, course: Course, sentence: str) -> None:
        if course.has_failed:  # by another of its requests that were under way
            return
        course.has_failed = True
        self.work.drop(course.row.pk)
        with self.claim.batch():
            progress.fail(course.row, sentence)
        self._tell(course)

    def _tell(self, course: Course) -> None:
        row = course.row
        tell(
            repository_synced,
            self.claim.row,
            repository=row.name_with_owner,
            status=row.sync_status,
            pull_requests=row.sync_prs_completed,
        )

    def _columns(self, arriving: Collection[PullRequest] = ()) -> dict[str, Any]:
        """What a batch that stores `arriving` writes on the team: how far the window is."""
        position = progress.position(self._rows(), self.window, arriving)
        columns: dict[str, Any] = {"position": position}
        if self.is_background:
            rows = [course.row for course in self.courses.values() if not course.has_failed]
            self.percent = max(self.percent, progress.percent_of_all(rows, self.window))
            columns["background_sync_progress"] = self.percent
        return columns

    def _conclude(self) -> None:
        failed = [course.row for course in self.courses.values() if course.has_failed]
        if len(failed) == len(self.courses):
            reasons = [f"{row.name_with_owner}: {row.sync_error}" for row in failed]
            raise PermanentError(
                "None of the repositories could be read. " + " ".join(reasons[:NAMED_FAILURES])
            )
        if self.is_background:
            with self.claim.batch(background_sync_progress=100):
                pass


def _activity(course: Course) -> datetime:
    return course.row.pushed_at or listing.THE_BEGINNING
