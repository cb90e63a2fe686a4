"""What is still to be asked of GitHub, in the order in which it should be asked. Plain memory."""

import heapq
from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from apps.github.api.facts import PullRequest
from apps.github.api.queries import MOST_TOGETHER
from apps.github.models import TrackedRepository
from apps.github.syncing.batch_size import BatchSize
from apps.github.syncing.keys import Listed, Place, WantedKey
from apps.github.syncing.listing import ListJob, catch_up, once_more

#: Lists at once that GitHub is to count with. Its own client makes searches one by one, for they
#: have a limit of their own: https://github.com/octokit/plugin-throttling.js
COUNTS_AT_ONCE = 2
ROUNDING = 1e-6


@dataclass
class Course:
    """One repository's way through a window: list, fetch, catch up, fetch, done."""

    row: TrackedRepository
    batch: BatchSize
    open: int = 0  #: requests and keys that are still to be answered
    waiting: int = 0  #: keys of these that nobody has asked for yet
    listing: int = 0  #: requests of these that are for its list
    has_caught_up: bool = False
    is_listed_anew: bool = False  #: the catch-up reads the whole list again
    looks: int = 0  #: for what a webhook has marked meanwhile
    has_failed: bool = False
    is_dropped: bool = False  #: nobody wants it any more
    counted: int | None = None  #: by GitHub, of the window; None: not yet, or it would not say

    def note(self, job: ListJob, listed: Listed) -> None:
        """What GitHub says of the window beside a page of its list."""
        if listed.count is not None:
            self.counted = listed.count
        is_reading = job.is_whole or not job.is_catch_up
        if is_reading and job.cursor:
            self.row.left_out += listed.left_out
        elif is_reading:
            self.row.left_out = listed.left_out
        else:  # only the top is looked at
            self.row.left_out = max(self.row.left_out, listed.left_out)

    @property
    def is_over(self) -> bool:
        return self.has_failed or self.is_dropped


@dataclass(frozen=True)
class DetailJob:
    """Fetch some pull requests, of any repositories; or finish some whose lists are long."""

    keys: tuple[WantedKey, ...]
    #: by node id, what is there of all of them
    begun: Mapping[str, PullRequest] = field(default_factory=dict)
    #: of an earlier batch: what becomes of it says something of single pull requests only
    is_portion: bool = False

    def those(self, node_ids: Container[str]) -> list[WantedKey]:
        return [key for key in self.keys if key.node_id in node_ids]

    def halves(self) -> tuple["DetailJob", "DetailJob"]:
        middle = len(self.keys) // 2
        return self._portion(self.keys[:middle]), self._portion(self.keys[middle:])

    def by_repository(self) -> list["DetailJob"]:
        return [
            self._portion(key for key in self.keys if key.repository_id == pk)
            for pk in sorted({key.repository_id for key in self.keys})
        ]

    def mainly(self) -> int:
        """The repository that most of it is of."""
        return Counter(key.repository_id for key in self.keys).most_common(1)[0][0]

    def without(self, repository_id: int) -> "DetailJob":
        return self._portion(key for key in self.keys if key.repository_id != repository_id)

    def _portion(self, keys: Iterable[WantedKey]) -> "DetailJob":
        return replace(self, keys=tuple(keys), is_portion=True)


Job = ListJob | DetailJob


@dataclass
class WorkList:
    """
    The queue of one window, over all repositories. Iterate over it while adding to it.

    Lists come first, because they say what there is; then what is left of earlier batches: what
    GitHub gave up on, and long lists; then the latest updates. While a list is being read, details
    go in full pages only. A repository's catch-up goes with the last of its details. The iterator
    ends when there is nothing at the moment, and goes on when something was added.
    """

    page_size: int
    courses: dict[int, Course]
    _lists: deque[ListJob] = field(default_factory=deque)
    _counted_lists: deque[ListJob] = field(default_factory=deque)
    _portions: deque[DetailJob] = field(default_factory=deque)
    _begun: dict[Place, tuple[WantedKey, PullRequest]] = field(default_factory=dict)
    _waiting: list[tuple[float, int, str, WantedKey]] = field(default_factory=list)
    _listing: int = 0  #: lists that are being asked for now
    _counting: int = 0  #: of these, with a count
    _is_stopped: bool = False

    def __iter__(self) -> Iterator[Job]:
        return self

    def __next__(self) -> Job:
        if not self._is_stopped:
            if self._lists or (self._counted_lists and self._counting < COUNTS_AT_ONCE):
                return self._list()
            if self._portions:
                return self._portions.popleft()
            if len(self._begun) >= MOST_TOGETHER:
                return self._finishing()
            if len(self._waiting) >= self.page_size or (self._waiting and not self._listing):
                return self._page()
            if self._begun and not self._listing:
                return self._finishing()
        raise StopIteration

    def stop(self) -> None:
        """Hand out nothing more."""
        self._is_stopped = True

    def add_list(self, job: ListJob) -> None:
        course = self.courses[job.repository_id]
        course.open += 1
        course.listing += 1
        (self._counted_lists if job.is_counted else self._lists).append(job)

    def list_answered(self, job: ListJob) -> None:
        course = self.courses[job.repository_id]
        course.open -= 1
        course.listing -= 1
        self._listing -= 1
        self._counting -= job.is_counted

    def catch_up(self, course: Course) -> None:
        """
        Look at the top of the list again, once, when all of it is handed out.

        What is touched later is fetched fresh by its details, or by the next run.
        """
        if not (course.has_caught_up or course.waiting or course.listing or course.is_over):
            course.has_caught_up = True
            again = once_more if course.is_listed_anew else catch_up
            self.add_list(again(course.row))

    def add_keys(self, keys: Iterable[WantedKey]) -> None:
        for key in keys:
            course = self.courses[key.repository_id]
            if course.is_over:
                continue
            course.open += 1
            course.waiting += 1
            order = (-key.updated_at.timestamp(), key.repository_id, key.node_id, key)
            heapq.heappush(self._waiting, order)

    def add_portions(self, jobs: Iterable[DetailJob]) -> None:
        self._portions.extend(job for job in jobs if job.keys)

    def add_begun(self, begun: Mapping[WantedKey, PullRequest]) -> None:
        """
        Pull requests whose lists go on; they are finished together, or when else is nothing.

        Of one that came in two states, because it was touched meanwhile, the later is.
        """
        for key, found in begun.items():
            earlier = self._begun.get(key.place)
            if earlier is not None:
                self.courses[key.repository_id].open -= 1
            if earlier is None or earlier[1].updated_at <= found.updated_at:
                self._begun[key.place] = key, found

    def keys_answered(self, keys: Iterable[WantedKey]) -> None:
        for key in keys:
            self.courses[key.repository_id].open -= 1

    def drop(self, repository_id: int) -> None:
        """Forget what is waiting of a repository that cannot be read."""
        self._waiting = [entry for entry in self._waiting if entry[1] != repository_id]
        heapq.heapify(self._waiting)
        self._begun = {
            place: one for place, one in self._begun.items() if place[0] != repository_id
        }
        portions = [job.without(repository_id) for job in self._portions]
        self._portions = deque(job for job in portions if job.keys)

    def gave_up(self, job: DetailJob) -> None:
        """
        GitHub gave up on it: ask less of the repository that most of it is of.

        A portion teaches nothing: one giant among a thousand small ones is found by halves, and
        the size of its last portion would be the batch size of all of them.
        """
        if not job.is_portion:
            self.courses[job.mainly()].batch.gave_up(len(job.keys))

    def answered(self, job: DetailJob) -> None:
        if not job.is_portion:
            self.courses[job.mainly()].batch.answered(len(job.keys))

    def _list(self) -> ListJob:
        job = (self._lists or self._counted_lists).popleft()
        self._listing += 1
        self._counting += job.is_counted
        return job

    def _finishing(self) -> DetailJob:
        some = [self._begun.pop(place) for place in list(self._begun)[:MOST_TOGETHER]]
        begun = {key.node_id: one for key, one in some}
        return DetailJob(tuple(key for key, _ in some), begun, is_portion=True)

    def _page(self) -> DetailJob:
        """
        The latest; a pull request takes as much room as its repository's batches have places.

        One that waits in several states, because it was touched meanwhile, is asked for once.
        """
        keys: dict[Place, WantedKey] = {}
        room = 1.0
        while self._waiting and len(keys) < self.page_size:
            key = self._waiting[0][3]
            course = self.courses[key.repository_id]
            if key.place in keys:
                course.open -= 1
            elif room * course.batch.now < 1 - ROUNDING:
                break
            else:
                room -= 1 / course.batch.now
                keys[key.place] = key
            heapq.heappop(self._waiting)
            course.waiting -= 1
            self.catch_up(course)
        return DetailJob(tuple(keys.values()))
