"""A team of any size with its pull requests, written set-wise, and measured by the real steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.plain_insert import Row, insert
from apps.core.weeks import Week
from apps.github.models import (
    ChangedFile,
    Commit,
    Person,
    PullRequest,
    Review,
    TrackedRepository,
)
from apps.insights.explain import explain
from apps.insights.find import find
from apps.llm.models import PullRequestAnalysis
from apps.metrics.measure import measure
from apps.operations.bench.dashboard.shapes import Cast, Shape, shapes
from apps.operations.bench.sync.passage import ACTOR, go_through
from apps.pipeline.claims import Claim
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.moves import move
from apps.teams.founding import found_team
from apps.teams.models import Team

WEEKS = 13
MEMBERS, PASSERS_BY, BOTS, REPOSITORIES = 40, 20, 3, 6
ROWS_AT_ONCE = 500  # pull requests, each with a dozen rows of its own
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class _Stage:
    """The rows that shapes name by their places."""

    team: Team
    repositories: Sequence[TrackedRepository]
    people: Sequence[Person]
    bots: Sequence[Person]


@dataclass(frozen=True)
class Scene:
    """A team whose dashboard is open, and somebody who may see all of it."""

    pull_requests: int
    team: Team
    admin: User
    member: Person
    repository: TrackedRepository
    since: datetime  #: a Monday's midnight: the history has thirteen weeks, this one included
    now: datetime
    members: int  #: of the organisation

    def measure(self, claim: Claim) -> None:
        measure(claim, since=self.since, now=self.now)

    def explain(self, claim: Claim) -> None:
        find(claim, now=self.now)
        explain(claim, now=self.now)


def scene(pull_requests: int, *, seed: int, members: int = MEMBERS) -> Scene:
    """Invent, store and measure; the same seed invents the same."""
    name = f"bench-{pull_requests}"
    admin = User.objects.create_user(username=name, email=f"{name}@example.com")
    team = found_team(founder=admin, name=name, time_zone=ZONE)
    now = timezone.now()
    first = Week.of(now, team.zone).monday - timedelta(weeks=WEEKS - 1)
    # In UTC: adding hours to a moment of a zone moves its clock, and forgets when clocks change.
    since = Week(first, team.zone).starts_at.astimezone(UTC)
    repositories = _repositories(team, since)
    people, bots = _people(team, members)
    cast = Cast(len(repositories), len(people), len(bots))
    rng = Random(seed)  # noqa: S311 - rows, not secrets
    found = shapes(rng, pull_requests, since=since, until=now, cast=cast)
    _store(found, _Stage(team, repositories, people, bots))
    _gather_statistics()
    here = Scene(pull_requests, team, admin, people[0], repositories[0], since, now, members)
    _open_the_dashboard(here)
    team.refresh_from_db()
    return here


def _repositories(team: Team, since: datetime) -> list[TrackedRepository]:
    return TrackedRepository.objects.bulk_create(
        TrackedRepository(
            team=team,
            name_with_owner=f"bench/repository-{place}",
            default_branch="main",
            sync_status=TrackedRepository.SyncStatus.COMPLETED,
            last_synced_at=timezone.now(),
            keys_reach=since - timedelta(days=1),
        )
        for place in range(REPOSITORIES)
    )


def _people(team: Team, members: int) -> tuple[list[Person], list[Person]]:
    """Members first, then passers-by; and bots."""
    user, bot = Person.Kind.USER, Person.Kind.BOT
    rows = [
        Person(team=team, login=f"person-{n}", kind=user, is_member=n < members)
        for n in range(members + PASSERS_BY)
    ]
    rows += [Person(team=team, login=f"bot-{n}", kind=bot) for n in range(BOTS)]
    for row in rows:
        row.identity = f"{row.kind}:@{row.login}"
    stored = Person.objects.bulk_create(rows)
    return stored[:-BOTS], stored[-BOTS:]


def _store(found: Iterator[Shape], stage: _Stage) -> None:
    stored = 0
    while some := list(islice(found, ROWS_AT_ONCE)):
        rows = [_pull_request(one, stored + n, stage) for n, one in enumerate(some, start=1)]
        stored += len(rows)
        with transaction.atomic():
            pairs = list(zip(PullRequest.objects.bulk_create(rows), some, strict=True))
            insert(Review, (row for pr, one in pairs for row in _reviews(pr, one, stage)))
            insert(Commit, (row for pr, one in pairs for row in _commits(pr, one)))
            insert(ChangedFile, (row for pr, one in pairs for row in _files(pr, one)))
            PullRequestAnalysis.objects.bulk_create(_analysis(pr, one) for pr, one in pairs)


def _pull_request(one: Shape, number: int, stage: _Stage) -> PullRequest:
    author = stage.bots[one.author] if one.by_bot else stage.people[one.author]
    return PullRequest(
        team=stage.team,
        repository=stage.repositories[one.repository],
        number=number,
        node_id=f"PR_{number}",
        author=author,
        title=one.title,
        body="Why it is needed, in some words. " * 20,
        state=one.state,
        is_draft=one.is_draft,
        base_ref="main",
        head_ref=f"change-{number}",
        additions=sum(added for _, added, _ in one.files),
        deletions=sum(deleted for _, _, deleted in one.files),
        changed_files=len(one.files),
        created_at=one.created,
        updated_at=one.touched,
        merged_at=one.ended if one.state == PullRequest.State.MERGED else None,
        closed_at=one.ended,
        ready_at=None if one.is_draft else one.created,
        commits_total=len(one.commits),
        reviews_total=len(one.reviews),
        files_total=len(one.files),
        fetched_at=one.touched,
    )


def _reviews(pull_request: PullRequest, one: Shape, stage: _Stage) -> Iterator[Row]:
    for place, (who, verdict, at) in enumerate(one.reviews):
        yield {
            "pull_request_id": pull_request.pk,
            "node_id": f"PRR_{place}",
            "author_id": stage.people[who].pk,
            "state": verdict,
            "submitted_at": at,
        }


def _commits(pull_request: PullRequest, one: Shape) -> Iterator[Row]:
    for place, at in enumerate(one.commits):
        yield {
            "pull_request_id": pull_request.pk,
            "position": place,
            "oid": f"{pull_request.pk * 100 + place:040x}",
            "message": "Change something",
            "authored_at": at,
            "committed_at": at,
            "author_name": "Somebody",
            "author_login": "",
            "author_email_hash": "",
            "author_tool_email": "",
        }


def _files(pull_request: PullRequest, one: Shape) -> Iterator[Row]:
    for path, added, deleted in one.files:
        yield {
            "pull_request_id": pull_request.pk,
            "path": path,
            "additions": added,
            "deletions": deleted,
            "change_type": "MODIFIED",
        }


def _analysis(pull_request: PullRequest, one: Shape) -> PullRequestAnalysis:
    return PullRequestAnalysis(
        team_id=pull_request.team_id,
        pull_request=pull_request,
        ai_class=one.ai_class,
        tools=["copilot"] if one.ai_class in ("A", "B") else [],
        markers_version="bench",
        input_hash="0" * 64,
        llm_state=PullRequestAnalysis.LlmState.DONE,
    )


def _gather_statistics() -> None:
    """What PostgreSQL's autovacuum does a minute after so many rows; SQLite has no such thing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _open_the_dashboard(here: Scene) -> None:
    """The whole journey: without what would ask somebody outside, with the real measurement."""
    work = {
        Status.BACKGROUND_METRICS: here.measure,
        Status.BACKGROUND_INSIGHTS: here.explain,
    }
    move(here.team.pk, "start", actor=ACTOR)
    for status in STEPS:
        if status in work:
            go_through(here.team, status, work[status])
        else:
            move(here.team.pk, "advance", actor=ACTOR)
