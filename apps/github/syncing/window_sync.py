"""
Pull requests of a window, from GitHub into rows: keys first, then details, many requests at once.

Requests run in threads; everything else happens here, one answer at a time, each in one fenced
transaction. What is stored is never asked for again, so a run can end anywhere and begin anew.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from django.conf import settings
from django.utils import timezone

from apps.core.errors import PermanentError, TransientError
from apps.core.history import Window
from apps.core.parallel import Outcome, in_parallel
from apps.github.api.client import GitHubClient
from apps.github.api.errors import (
    GitHubAccessRefused,
    GitHubDown,
    GitHubLimited,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubUnavailable,
)
from apps.github.api.facts import PullRequest
from apps.github.models import TrackedRepository
from apps.github.syncing import keys, listing, oddities, progress, repositories, storing
from apps.github.syncing.asking import Questions
from apps.github.syncing.courses import Courses
from apps.github.syncing.details import Fetched
from apps.github.syncing.keys import Listed, WantedKey
from apps.github.syncing.listing import ListJob
from apps.github.syncing.people import People
from apps.github.syncing.storing import Arrived
from apps.github.syncing.worklist import Course, DetailJob, Job, WorkList
from apps.pipeline.claims import Claim

LOOKS = 3  # of a repository's end, for what webhooks have marked meanwhile; a run has to end

Follow = Callable[[], None]  # what an answer means for the queue, once it is stored


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
        is_all: bool = True,
    ) -> None:
        self.claim = claim
        self.client = client
        self.window = window
        page_size = settings.HISTORICAL_SYNC_CONFIG["page_size"]
        self.ends = Courses(
            claim,
            rows,
            window,
            page_size=page_size,
            is_background=is_background,
            is_all=is_all,
        )
        self.courses = self.ends.by_id
        self.work = WorkList(page_size, self.courses)
        self.questions = Questions(client, self.courses, since=window.since)
        self.people = People(claim.row.pk)
        self.trouble: TransientError | PermanentError | None = None
        self.odd_ones = oddities.OddOnes()

    def run(self) -> None:
        """
        Fetch and store the window.

        :raises TransientError: if GitHub wants a pause or cannot be reached, after everything that
            was under way has been stored.
        :raises GitHubTokenRejected: if the token was revoked meanwhile; likewise.
        :raises PermanentError: if no repository could be read.
        """
        self._prepare()
        for outcome in in_parallel(
            self.work,
            self.questions.ask,
            at_once=self.client.at_once,
            on_idle=self.claim.heartbeat,
            on_leaving=self.client.wait_no_more,
            is_urgent=lambda job: isinstance(job, ListJob),  # it says what else there is to ask
        ):
            self._take(outcome)
        if self.trouble is not None:
            raise self.trouble
        self.ends.conclude()

    # --- Before -------------------------------------------------------------------------------

    def _prepare(self) -> None:
        rows = self.ends.rows
        looked_up = repositories.look_up(self.client, rows, on_idle=self.claim.heartbeat)
        with self.claim.batch():
            repositories.refresh(rows, looked_up.found)
            is_refresh = self.claim.row.is_refresh
            tried = keys.reopen(rows, since=self.window.since, is_refresh=is_refresh)
            progress.begin(rows, self.window)
            progress.recount(rows, self.window)
            pending = keys.pending(rows, since=self.window.since)
        for pk, sentence in looked_up.refused.items():
            self._fail(self.courses[pk], sentence)
        self.work.add_keys(key for key in pending if key.repository_id not in looked_up.refused)
        for course in self.ends.most_active_first():
            # Nothing happens any more in one that is archived and has been read since.
            course.has_caught_up = course.row.was_read_archived
            # What was refused may be anywhere in the list.
            course.is_listed_anew = course.row.left_out > 0 and course.row.gaps_tried_at == tried
            self._go_on(course, listing.walk(course.row, self.window.since))

    # --- One answer ---------------------------------------------------------------------------

    def _take(self, outcome: Outcome[Job, Listed | Fetched]) -> None:
        try:
            follow = self._store(outcome.item, outcome.value())
        except (GitHubLimited, GitHubDown, GitHubTokenRejected) as exc:
            self._stop(exc)
        except (GitHubTimeout, GitHubUnavailable, GitHubAccessRefused) as exc:
            self.claim.heartbeat()
            self._not_answered(outcome.item, exc)
        except oddities.ODD as exc:
            self._odd(outcome.item, exc)
        else:
            follow()

    def _store(self, job: Job, answer: Listed | Fetched) -> Follow:
        """Write what was answered, in one transaction; return what then follows."""
        match job, answer:
            case ListJob() as list_job, Listed() as listed:
                return self._listed(list_job, listed)
            case DetailJob() as detail_job, Fetched() as fetched:
                return self._fetched(detail_job, fetched)
        raise TypeError(f"{answer} is no answer to {job}")

    def _stop(self, trouble: TransientError | PermanentError) -> None:
        """Ask nothing more, nor wait for a turn to ask; what is under way is still stored."""
        self.trouble = self.trouble or trouble
        self.work.stop()
        self.client.wait_no_more()

    def _not_answered(
        self, job: Job, exc: GitHubTimeout | GitHubUnavailable | GitHubAccessRefused
    ) -> None:
        """GitHub answers others, and not this."""
        if isinstance(job, DetailJob):
            if isinstance(exc, GitHubAccessRefused):
                self._refused(job, str(exc))
                return
            if isinstance(exc, GitHubTimeout):  # a lost connection says nothing of the amount
                self.work.gave_up(job)
            self._split(job, str(exc))
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

    def _split(self, job: DetailJob, sentence: str) -> None:
        if len(job.keys) > 1:
            self.work.add_portions(job.halves())
        else:
            self._fetched(job, Fetched(missing={job.keys[0].node_id: sentence}))()

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
        self._split(job, oddities.PULL_REQUEST)

    def _listed(self, job: ListJob, listed: Listed) -> Follow:
        course = self.courses[job.repository_id]
        course.note(job, listed)
        with self.claim.batch(progress=not job.is_catch_up, **self.ends.columns()):
            moved = keys.remember(course.row.pk, listed.page.items)
            following = listing.advance(
                course.row,
                job,
                listed.page,
                since=self.window.since,
                has_moved=bool(moved),
                now=timezone.now(),
            )
            if job.is_catch_up and following is None:
                following = self._reconciled(job, course)
            self.ends.recount([course], has_listed=True)
        return partial(self._after_list, job, moved, following)

    def _reconciled(self, job: ListJob, course: Course) -> ListJob | None:
        """The whole list again, if GitHub counts more than is listed, and that is news."""
        if course.counted is None:
            return None
        row = course.row
        unlisted = max(course.counted - progress.listed_since(row, self.window.since), 0)
        if unlisted > row.unlisted and not job.is_whole:
            return listing.once_more(row)
        row.unlisted = unlisted
        return None

    def _after_list(
        self, job: ListJob, moved: Sequence[WantedKey], following: ListJob | None
    ) -> None:
        self.work.list_answered(job)
        self.work.add_keys(key for key in moved if key.updated_at >= self.window.since)
        self._go_on(self.courses[job.repository_id], following)

    def _fetched(self, job: DetailJob, fetched: Fetched) -> Follow:
        answered = job.those({*fetched.pull_requests, *fetched.missing})
        begun = {
            k: fetched.unfinished[k.node_id] for k in job.keys if k.node_id in fetched.unfinished
        }
        courses = [self.courses[pk] for pk in {key.repository_id for key in answered}]
        if answered:
            arriving = fetched.pull_requests.values()
            self.work.answered(job)
            columns = self.ends.columns(arriving)
            with self.claim.batch(progress=fetched.has_whole_ones, **columns):
                self._store_pull_requests(answered, fetched)
                self.ends.recount(courses, has_listed=False)
        again = [DetailJob((key,), is_portion=True) for key in job.those(fetched.again)]
        return partial(self._after_details, answered, again, begun, courses)

    def _after_details(
        self,
        answered: Sequence[WantedKey],
        again: Sequence[DetailJob],
        begun: Mapping[WantedKey, PullRequest],
        courses: Sequence[Course],
    ) -> None:
        self.work.add_portions(again)
        self.work.add_begun(begun)
        self.work.keys_answered(answered)
        for course in courses:
            self._go_on(course)

    def _store_pull_requests(self, answered: Sequence[WantedKey], fetched: Fetched) -> None:
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
        """The next page of its list; after that a catch-up; with nothing open, the end."""
        if course.is_dropped:
            self.work.drop(course.row.pk)
        elif course.has_failed:
            return
        elif following is not None:
            self.work.add_list(following)
        elif course.open or not course.has_caught_up:
            self.work.catch_up(course)
        elif course.looks < LOOKS and (marked := self._marked_meanwhile(course)):
            self.work.add_keys(marked)
        else:
            self.ends.finish(course)

    def _marked_meanwhile(self, course: Course) -> list[WantedKey]:
        """What a webhook has told since the run began: the queue does not know of it."""
        course.looks += 1
        return keys.pending([course.row], since=self.window.since)

    def _fail(self, course: Course, sentence: str) -> None:
        if not course.is_over:  # by another of its requests that were under way
            self.work.drop(course.row.pk)
            self.ends.fail(course, sentence)
