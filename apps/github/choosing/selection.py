"""Choosing the repositories that a team reads."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.core.parallel import in_parallel
from apps.github.api import directory
from apps.github.api.client import GitHubClient, open_client
from apps.github.api.errors import GitHubAccessRefused
from apps.github.api.facts import Repository
from apps.github.connecting.connections import credentials_of
from apps.github.models import TrackedRepository
from apps.github.own_accounts import Refused
from apps.github.syncing.repositories import DESCRIBED, NONE_SELECTED, describe
from apps.teams.models import Team

THE_LAST = (
    "{name} is the only repository that is read. Add another one first, or delete the team if"
    " nothing is to be read any more."
)


class UnknownRepositories(PermanentError):
    """Some names are no repository that the token can see; `reasons` has a sentence for each."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {reason}" for name, reason in reasons.items()))
        self.reasons = reasons


def select_repositories(team: Team, names: Iterable[str]) -> list[TrackedRepository]:
    """
    Make these the team's repositories, and no others; what is stored of others stays.

    Each is looked up at GitHub first, under the name that it has now. Owners may differ.

    :param names: as "owner/name", in whatever case; doubles count once.
    :raises PermanentError: if there are none.
    :raises UnknownRepositories: if the token cannot see some of them; nothing is changed then.
    """
    wanted = list({name.strip().lower(): name.strip() for name in names if name.strip()}.values())
    if not wanted:
        raise PermanentError(NONE_SELECTED)
    with open_client(credentials_of(team)) as client:
        found = _look_up(client, wanted)
    return select_found(team, found)


def select_found(team: Team, found: Sequence[Repository]) -> list[TrackedRepository]:
    """As `select_repositories`, where GitHub has described them just now: 500 cost no request."""
    with transaction.atomic():
        return _track(team, found)


def add_found(team: Team, found: Sequence[Repository]) -> list[TrackedRepository]:
    """
    Read these as well, as GitHub has described them just now.

    If nobody has a run begin that reads them, the timetable has one begin.
    """
    with transaction.atomic():
        rows = _chosen_rows(team, found)
        added = TrackedRepository.objects.filter(pk__in=[row.pk for row in rows])
        added.update(told_at=timezone.now())
        return rows


def take_away(team: Team, pk: int) -> str:
    """
    Read a repository no longer; its name, empty where that was so already. What was read stays.

    A run that is reading it drops it at its next answer. In the caller's transaction, which lets
    one change of a team come after another.

    :raises TrackedRepository.DoesNotExist: for one that is not the team's.
    :raises Refused: for the last one.
    """
    row = TrackedRepository.objects.get(team=team, pk=pk)
    if not row.is_selected:
        return ""
    selected = TrackedRepository.objects.filter(team=team, is_selected=True)
    if not selected.exclude(pk=pk).exists():
        raise Refused(THE_LAST.format(name=row.name_with_owner))
    selected.filter(pk=pk).update(is_selected=False)
    return row.name_with_owner


def _look_up(client: GitHubClient, names: list[str]) -> list[Repository]:
    found: dict[str, Repository] = {}
    reasons: dict[str, str] = {}
    for outcome in in_parallel(
        names,
        lambda name: directory.repository(client, name),
        at_once=settings.HISTORICAL_SYNC_CONFIG["github_parallel"],
        on_idle=lambda: None,
    ):
        try:
            found[outcome.item] = outcome.value()
        except GitHubAccessRefused as exc:
            reasons[outcome.item] = str(exc)
    if reasons:
        raise UnknownRepositories(reasons)
    return list({found[name].node_id: found[name] for name in names}.values())


def _track(team: Team, found: Sequence[Repository]) -> list[TrackedRepository]:
    rows = _chosen_rows(team, found)
    TrackedRepository.objects.filter(team=team).exclude(pk__in=[row.pk for row in rows]).update(
        is_selected=False
    )
    return rows


def _chosen_rows(team: Team, found: Sequence[Repository]) -> list[TrackedRepository]:
    """Only the columns of `describe` are written: a sync may be writing the others."""
    known = list(TrackedRepository.objects.filter(team=team))
    ids = {repository.node_id for repository in found}
    by_id = {row.node_id: row for row in known if row.node_id in ids}
    by_name = {row.name_with_owner: row for row in known if row.node_id not in ids}
    rows = [
        by_id.get(repository.node_id)
        or by_name.get(repository.name_with_owner)
        or TrackedRepository(team=team)
        for repository in found
    ]
    pairs = list(zip(rows, found, strict=True))
    taken = {row.name_with_owner for row in known}
    stored = [_chosen(row, repository, taken) for row, repository in pairs if row.pk]
    TrackedRepository.objects.bulk_update(stored, [*DESCRIBED, "is_selected", "chosen_at"])
    taken = {row.name_with_owner for row in known}  # without those that were given up just now
    new = [_chosen(row, repository, taken) for row, repository in pairs if not row.pk]
    TrackedRepository.objects.bulk_create(new)
    return rows


def _chosen(row: TrackedRepository, repository: Repository, taken: set[str]) -> TrackedRepository:
    describe(row, repository, taken)
    row.is_selected, row.chosen_at = True, timezone.now()
    return row
