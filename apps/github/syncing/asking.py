"""The questions of one run: the network half of a sync. In threads, and without a database."""

from collections.abc import Mapping
from datetime import datetime

from apps.github.api.client import GitHubClient
from apps.github.syncing import details, keys
from apps.github.syncing.details import Fetched
from apps.github.syncing.keys import Listed
from apps.github.syncing.listing import ListJob
from apps.github.syncing.reconciliation import counting_query
from apps.github.syncing.worklist import Course, Job


class Questions:
    """:param since: the beginning of the window, from which GitHub counts."""

    def __init__(
        self, client: GitHubClient, courses: Mapping[int, Course], *, since: datetime
    ) -> None:
        self._client = client
        self._courses = courses
        self._since = since

    def ask(self, job: Job) -> Listed | Fetched:
        """:raises GitHubError: what `GitHubClient.witnessed` lets pass."""
        with self._client.witnessed():
            if isinstance(job, ListJob):
                return self._list(job)
            return details.fetch(self._client, [key.node_id for key in job.keys], begun=job.begun)

    def _list(self, job: ListJob) -> Listed:
        row = self._courses[job.repository_id].row
        counting = counting_query(row.name_with_owner, self._since) if job.is_counted else ""
        return keys.list_page(
            self._client, repository=job.node_id, cursor=job.cursor, counting=counting
        )
