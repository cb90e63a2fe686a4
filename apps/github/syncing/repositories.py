"""The chosen repositories as GitHub knows them today: names, marks, activity, and refusals."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from apps.core.errors import PermanentError
from apps.core.parallel import in_parallel
from apps.github.api import directory, facts, payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused, GitHubNotFound
from apps.github.api.queries import REPOSITORIES_BY_ID
from apps.github.api.replies import NOT_FOUND, error_of
from apps.github.models import PullRequestKey, TrackedRepository
from apps.teams.models import Team

AT_ONCE = 100  # ids a request: GitHub's largest
DISABLED = "GitHub has disabled this repository. Its owner can ask GitHub why."
LOST = (
    "No longer accessible: deleted, made private, moved elsewhere, or taken from the token."
    " What was read of it stays. Let the token read it again, or choose other repositories."
)
NONE_SELECTED = "No repository is selected. Choose at least one."
#: The columns that `describe` writes. Others belong to the sync, which may be running.
DESCRIBED = [
    "node_id",
    "github_id",
    "name_with_owner",
    "default_branch",
    "is_private",
    "is_archived",
    "is_fork",
    "pushed_at",
]
#: For so long what GitHub said of a chosen repository holds: a sync that follows the choice begins
#: with the lists at once.
FRESH = timedelta(minutes=5)


@dataclass
class LookedUp:
    """By the row's id: what GitHub says now, or why it says nothing."""

    found: dict[int, facts.Repository] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def note(self, row: TrackedRepository, repository: facts.Repository) -> None:
        if repository.is_disabled:
            self.refused[row.pk] = DISABLED
        else:
            self.found[row.pk] = repository

    def add(self, other: "LookedUp") -> None:
        self.found |= other.found
        self.refused |= other.refused


def selected(team: Team) -> list[TrackedRepository]:
    """
    The team's chosen repositories, the most active first as far as we know.

    :raises PermanentError: if none is chosen.
    """
    rows = list(
        TrackedRepository.objects.filter(team=team, is_selected=True).order_by("-pushed_at", "pk")
    )
    if not rows:
        raise PermanentError(NONE_SELECTED)
    return rows


def look_up(
    client: GitHubClient,
    rows: Sequence[TrackedRepository],
    *,
    on_idle: Callable[[], None],
    even_fresh: bool = False,
) -> LookedUp:
    """
    Ask GitHub about repositories by id, which a rename or a transfer does not change.

    A row that was made by hand, without an id, is looked up by its name. Of those that were chosen
    just now there is nothing in the result: GitHub has described them then.

    :param on_idle: called every few seconds while GitHub lets us wait.
    """
    result = LookedUp()
    rows = rows if even_fresh else [row for row in rows if not is_fresh(row)]
    known = [row for row in rows if row.node_id]
    pages = [known[start : start + AT_ONCE] for start in range(0, len(known), AT_ONCE)]
    pages += [[row] for row in rows if not row.node_id]
    for page in in_parallel(
        pages,
        partial(_look_up_page, client),
        at_once=1,
        on_idle=on_idle,
        on_leaving=client.wait_no_more,
    ):
        result.add(page.value())
    return result


def is_fresh(row: TrackedRepository) -> bool:
    """Whether it was chosen just now, and not synced since."""
    if row.chosen_at is None or timezone.now() - row.chosen_at > FRESH:
        return False
    return row.sync_started_at is None or row.sync_started_at < row.chosen_at


def with_news(
    rows: Sequence[TrackedRepository], looked_up: LookedUp, *, since: datetime
) -> list[TrackedRepository]:
    """
    Those of which something is to be read: a pull request was marked, or GitHub says something new.

    What was never read as far back as this, because it was added or the team reads longer now, is
    news as a whole.

    :param looked_up: of these rows, which `refresh` has been given already.
    """
    marked = set(
        PullRequestKey.objects.filter(
            repository__in=rows, state=PullRequestKey.State.PENDING, updated_at__gte=since
        ).values_list("repository_id", flat=True)
    )
    failed = TrackedRepository.SyncStatus.FAILED
    return [
        row
        for row in rows
        if row.pk in marked
        or (row.sync_status == failed) != (row.pk in looked_up.refused)
        or (row.was_read_archived and not row.is_archived)
        or not (row.is_listed_since(since) or row.pk in looked_up.refused)
    ]


def refresh(rows: Collection[TrackedRepository], found: dict[int, facts.Repository]) -> None:
    """Write what GitHub says now; inside the caller's transaction."""
    described = [(row, found[row.pk]) for row in rows if row.pk in found]
    taken: set[str] = set()
    if any(row.name_with_owner != repository.name_with_owner for row, repository in described):
        taken = _names_of(described[0][0].team_id)
    for row, repository in described:
        describe(row, repository, taken)
    TrackedRepository.objects.bulk_update([row for row, _ in described], DESCRIBED)


def describe(row: TrackedRepository, repository: facts.Repository, taken: set[str]) -> None:
    """
    Put on the row, not saved, what GitHub says of its repository; inside a transaction.

    If another repository took over the row's name, what is stored of the former is deleted.

    :param taken: the names of all of the team's rows; a new one is added.
    """
    if _is_another(row, repository):
        _forget(row)
    row.node_id = repository.node_id
    _rename(row, repository.name_with_owner, taken)
    row.github_id = repository.github_id
    row.default_branch = repository.default_branch
    row.is_private = repository.is_private
    row.is_archived = repository.is_archived
    row.is_fork = repository.is_fork
    row.pushed_at = repository.pushed_at


def _is_another(row: TrackedRepository, repository: facts.Repository) -> bool:
    """Whether the row is of another repository: GitHub has given one more than one node id."""
    if row.node_id in ("", repository.node_id):
        return False
    return row.github_id is None or row.github_id != repository.github_id


def _forget(row: TrackedRepository) -> None:
    """Delete what is stored of a repository, and begin its list and its window anew."""
    row.pull_requests.all().delete()
    row.keys.all().delete()
    row.keys_cursor, row.keys_reach, row.keys_top, row.sync_since = "", None, None, None
    row.save(update_fields=["keys_cursor", "keys_reach", "keys_top", "sync_since"])


def _look_up_page(client: GitHubClient, rows: Sequence[TrackedRepository]) -> LookedUp:
    """In a thread: no database."""
    with client.witnessed():
        if not rows[0].node_id:
            return _look_up_name(client, rows[0])
        answer = client.query(REPOSITORIES_BY_ID, {"ids": [row.node_id for row in rows]})
    result = LookedUp()
    for index, (row, raw) in enumerate(zip(rows, answer.at("nodes"), strict=True)):
        if raw and raw.get("id"):
            result.note(row, payloads.repository(raw))
            continue
        problems = answer.problems_at("nodes", index)
        error = error_of(problems, answer.sso_link) if problems else GitHubNotFound(NOT_FOUND)
        if not isinstance(error, GitHubAccessRefused):
            raise error
        result.refused[row.pk] = _why_refused(row, error)
    return result


def _why_refused(row: TrackedRepository, error: GitHubAccessRefused) -> str:
    was_read = row.keys_top is not None
    return LOST if was_read and isinstance(error, GitHubNotFound) else str(error)


def _look_up_name(client: GitHubClient, row: TrackedRepository) -> LookedUp:
    result = LookedUp()
    try:
        result.note(row, directory.repository(client, row.name_with_owner))
    except GitHubAccessRefused as exc:
        result.refused[row.pk] = str(exc)
    return result


def _names_of(team_id: int) -> set[str]:
    rows = TrackedRepository.objects.filter(team_id=team_id)
    return set(rows.values_list("name_with_owner", flat=True))


def _rename(row: TrackedRepository, name: str, taken: set[str]) -> None:
    """
    Follow a new name, unless another of the team's rows still has it: the next look finds it free.

    The old name stays taken, because the rows are written in whatever order the database likes.
    """
    if row.name_with_owner != name and name not in taken:
        taken.add(name)
        row.name_with_owner = name
