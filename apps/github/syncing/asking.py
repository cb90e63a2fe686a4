"""The questions of one run: the network half of a sync. In threads, and without a database."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from threading import Semaphore

from apps.github.api.client import GitHubClient
from apps.github.syncing import details, keys
from apps.github.syncing.details import Fetched
from apps.github.syncing.keys import Listed
from apps.github.syncing.listing import ListJob
from apps.github.syncing.reconciliation import counting_query
from apps.github.syncing.worklist import Course, Job

#: Searches at once. GitHub's own client makes them one by one, for they have a limit of their own:
#: https://github.com/octokit/plugin-throttling.js
COUNTS_AT_ONCE = 2


class Questions:
    """:param since: the beginning of the window, from which GitHub counts."""

    def __init__(
        self, client: GitHubClient, courses: Mapping[int, Course], *, since: datetime
    ) -> None:
        self._client = client
        self._courses = courses
        self._since = since
        self._counts = Semaphore(COUNTS_AT_ONCE)

    def ask(self, job: Job) -> Listed | Fetched:
        """:raises GitHubError: what `GitHubClient.witnessed` lets pass."""
        with self._client.witnessed():
            if isinstance(job, ListJob):
                return self._list(job)
            return details.fetch(self._client, [key.node_id for key in job.keys], begun=job.begun)

    def _list(self, job: ListJob) -> Listed:
        """
        GitHub counts at the moment of the last look at the top, where both counts can agree.
        """
        row = self._courses[job.repository_id].row
        is_counted = job.is_catch_up and not job.cursor
        counting = counting_query(row.name_with_owner, self._since) if is_counted else ""
        with self._counts if is_counted else nullcontext():
            return keys.list_page(
                self._client, repository=job.node_id, cursor=job.cursor, counting=counting
            )
