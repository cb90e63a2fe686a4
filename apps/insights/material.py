"""What the rules look at: a team's pull requests and repositories as plain data."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from apps.core.weeks import Week
from apps.github.models import PullRequestKey, TrackedRepository
from apps.insights.limits import Limits
from apps.insights.team_thresholds import limits_of
from apps.metrics.comparison.observing import Observed, observe
from apps.metrics.coverage import coverage_of
from apps.metrics.facts import Facts, load
from apps.metrics.formulas import REVERT_WITHIN, Flow
from apps.metrics.history import known_since
from apps.teams.models import Team

RECENT = timedelta(days=28)  # what "the last 4 weeks" means where nothing is compared
NEWER_WEEKS, OLDER_WEEKS = 4, 8  # full weeks, compared with the full weeks before them
#: Reverts: as many full weeks that are old enough, and before them as many as are known.
MATURE_WEEKS, WEEKS_BEFORE, FEWEST_WEEKS_BEFORE = 4, 12, 4
QUARTER = timedelta(weeks=12)  # what AI use is compared over
#: Before the current week; reverts look back furthest, with a week in which some may mature.
LOOKED_AT = REVERT_WITHIN + timedelta(weeks=1 + MATURE_WEEKS + WEEKS_BEFORE, days=1)


@dataclass(frozen=True)
class RepositoryFacts:
    """How completely a repository was read."""

    name: str
    failed: bool
    listed: int  #: pull requests of the window that GitHub has listed
    missing: int  #: of these: not stored, given up or never begun
    is_list_whole: bool = True  #: False: GitHub has more in the window than was listed
    cut: int = 0  #: stored without all of their reviews or commits


@dataclass(frozen=True)
class Period:
    """Days in the team's zone; `end` is exclusive."""

    start: date
    end: date


@dataclass(frozen=True)
class MatureWeeks:
    """What was merged in weeks of which all reverts have come that count, and before them."""

    before: tuple[Facts, ...]
    mature: tuple[Facts, ...]
    period: Period  #: both
    number_before: int  #: weeks


@dataclass(frozen=True)
class Material:
    """Everything the rules may know. `known_since`: what was merged before is not complete."""

    now: datetime
    zone: ZoneInfo
    known_since: datetime
    pull_requests: tuple[Facts, ...]
    repositories: tuple[RepositoryFacts, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def today(self) -> Period:
        """The period of what is true right now: waiting, stale, too much at once."""
        day = self.now.astimezone(self.zone).date()
        return Period(day, day + timedelta(days=1))

    @property
    def recent_since(self) -> datetime:
        return max(self.now - RECENT, self.known_since)

    @property
    def recent(self) -> Period:
        """The last 28 days, or what is known of them."""
        return Period(self.recent_since.astimezone(self.zone).date(), self.today.end)

    @cached_property
    def merged(self) -> tuple[Facts, ...]:
        """Merged into default branches while the history is complete, bots' too."""
        return tuple(
            pull_request
            for pull_request in self.pull_requests
            if pull_request.is_to_default_branch
            and pull_request.merged_at
            and pull_request.merged_at >= self.known_since
        )

    @cached_property
    def merged_recently(self) -> tuple[Facts, ...]:
        return tuple(pr for pr in self.merged if pr.merged_at and pr.merged_at >= self.recent_since)

    @cached_property
    def flows(self) -> tuple[tuple[Facts, Flow], ...]:
        """People's pull requests of the last 4 weeks, with their flow."""
        return with_flow(self.merged_recently)

    @property
    def known_days(self) -> int:
        """How many days back every touched pull request is known."""
        return max(1, round((self.now - self.known_since) / timedelta(days=1)))

    @cached_property
    def open_by_people(self) -> tuple[Facts, ...]:
        """
        Those touched while the history is complete. GitHub has older ones that nobody read.

        One stored earlier is left out as well: it may have been closed while nobody looked.
        """
        return tuple(
            pr
            for pr in self.pull_requests
            if pr.is_open and pr.by_person and pr.updated_at >= self.known_since
        )

    @property
    def compared(self) -> Period:
        """The full weeks that a comparison looks at: 8 and then 4, without the current one."""
        monday = self._monday
        return Period(monday - timedelta(weeks=NEWER_WEEKS + OLDER_WEEKS), monday)

    def older_and_newer(self) -> tuple[tuple[Facts, ...], tuple[Facts, ...]] | None:
        """What was merged in the 8 and in the 4 full weeks; None if not all of them are known."""
        turn = Week(self._monday - timedelta(weeks=NEWER_WEEKS), self.zone).starts_at
        start = Week(self.compared.start, self.zone).starts_at
        end = Week(self.compared.end, self.zone).starts_at
        if start < self.known_since:
            return None
        return (
            _merged_between(self.merged, start, turn),
            _merged_between(self.merged, turn, end),
        )

    @property
    def quarter(self) -> Period:
        """The last twelve weeks, or what is known of them."""
        return Period(self._quarter_since.astimezone(self.zone).date(), self.today.end)

    @cached_property
    def ended(self) -> tuple[Observed, ...]:
        """What people merged or closed in the quarter, as comparisons look at it."""
        ended = (
            pr
            for pr in self.pull_requests
            if (pr.merged_at or pr.closed_at or pr.created_at) >= self._quarter_since
        )
        return tuple(observe(ended, now=self.now, zone=self.zone))

    @property
    def _quarter_since(self) -> datetime:
        return max(self.now - QUARTER, self.known_since)

    def before_and_mature(self) -> MatureWeeks | None:
        """None if too little is known: a revert of the last two weeks' merges may still come."""
        end = Week.of(self.now - REVERT_WITHIN, self.zone)
        turn = Week(end.monday - timedelta(weeks=MATURE_WEEKS), self.zone)
        known = Week.of(self.known_since, self.zone)
        first = known if known.starts_at >= self.known_since else known.next()
        start = Week(max(turn.monday - timedelta(weeks=WEEKS_BEFORE), first.monday), self.zone)
        number_before = (turn.monday - start.monday) // timedelta(weeks=1)
        if number_before < FEWEST_WEEKS_BEFORE:
            return None
        return MatureWeeks(
            before=_merged_between(self.merged, start.starts_at, turn.starts_at),
            mature=_merged_between(self.merged, turn.starts_at, end.starts_at),
            period=Period(start.monday, end.monday),
            number_before=number_before,
        )

    @property
    def _monday(self) -> date:
        return Week.of(self.now, self.zone).monday


def gather(team: Team, *, now: datetime) -> Material:
    """
    Load what the rules look at, in the repositories of the last measurement.

    A constant number of statements.
    """
    known = known_since(team) or now
    since = max(known, Week.of(now, team.zone).starts_at - LOOKED_AT)
    measured = coverage_of(team).ids
    pull_requests = tuple(load(team.pk, since=since, repositories=measured))
    cut = Counter(pr.repository for pr in pull_requests if pr.is_cut and pr.updated_at >= known)
    return Material(
        now=now,
        zone=team.zone,
        known_since=known,
        pull_requests=pull_requests,
        repositories=tuple(_repositories(measured, cut)),
        limits=limits_of(team),
    )


def _repositories(measured: Collection[int], cut: Counter[str]) -> Iterable[RepositoryFacts]:
    in_window = Q(sync_since=None) | Q(keys__updated_at__gte=F("sync_since"))
    listed = Count("keys", filter=in_window)
    missing = Count("keys", filter=in_window & ~Q(keys__state=PullRequestKey.State.DONE))
    rows = TrackedRepository.objects.filter(pk__in=measured)
    for repository in rows.annotate(listed=listed, missing=missing).order_by("pk"):
        since = repository.sync_since
        yield RepositoryFacts(
            name=repository.name_with_owner,
            failed=repository.sync_status == TrackedRepository.SyncStatus.FAILED,
            listed=repository.listed,
            missing=repository.missing,
            is_list_whole=since is not None and repository.is_listed_since(since),
            cut=cut[repository.name_with_owner],
        )


def with_flow(pull_requests: Iterable[Facts]) -> tuple[tuple[Facts, Flow], ...]:
    """People's merged pull requests, each with its flow."""
    return tuple((pr, pr.flow) for pr in pull_requests if pr.by_person and pr.flow)


def _merged_between(
    pull_requests: Iterable[Facts], start: datetime, end: datetime
) -> tuple[Facts, ...]:
    return tuple(pr for pr in pull_requests if pr.merged_at and start <= pr.merged_at < end)
