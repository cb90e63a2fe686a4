"""A team whose numbers are known, and selections of them on one Wednesday."""

import random
from datetime import UTC, date, datetime, timedelta

from apps.github.models import ChangedFile, Commit, PullRequest, Review
from apps.llm.models import PullRequestAnalysis
from apps.metrics.models import Measurement, TeamWeek
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import last_days
from apps.metrics.selection.reading import Selection, read
from tests.factories import PersonFactory, PullRequestFlowFactory, TrackedRepositoryFactory

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday, W23
KNOWN_SINCE = date(2026, 3, 2)  # a Monday, W10: 93 days


def chosen(team, days: int = 30, **filters) -> Chosen:
    return Chosen(period=last_days(team.zone, days, NOW), **filters)


def selected(team, days: int = 30, **filters) -> Selection:
    return read(team, chosen(team, days, **filters), now=NOW)


def know(team, since: date = KNOWN_SINCE) -> None:
    """As a measurement leaves it, without one."""
    TeamWeek.objects.create(team=team, week_start=since, computed_at=NOW)
    Measurement.objects.create(
        team=team,
        repository_ids=[repository.pk for repository in team.repositories.all()],
        definitions=2,
        time_zone=team.time_zone,
        computed_at=NOW,
    )


def merge(repository, *, days_ago: float = 1, **columns):
    """A flow that was merged so long ago."""
    return PullRequestFlowFactory(
        repository=repository, merged_at=NOW - timedelta(days=days_ago), **columns
    )


def opened(repository, *, days_ago: float = 1, **columns):
    """A flow that was opened so long ago, and still is."""
    return PullRequestFlowFactory(
        repository=repository,
        opened=True,
        **{"created_at": NOW - timedelta(days=days_ago)} | columns,
    )


def scatter(repository, seed: int, n: int = 120) -> None:
    """All kinds of pull requests of the last 90 days in three repositories, not measured yet."""
    rng = random.Random(seed)
    team = repository.team
    repositories = [repository, *(TrackedRepositoryFactory(team=team) for _ in range(2))]
    people = [PersonFactory(team=team) for _ in range(5)]
    people += [PersonFactory(team=team, same_as=people[0]), PersonFactory(team=team, bot=True)]
    people += [PersonFactory(team=team, counts_as_bot=True), PersonFactory(team=team, ghost=True)]
    for place in repositories:
        place.is_selected = True
        place.save()
    changes = PullRequest.objects.bulk_create(
        [_change(rng, rng.choice(repositories), rng.choice(people), k + 1) for k in range(n)]
    )
    _scatter_contents(rng, changes)
    _scatter_reviews(rng, changes, people)
    PullRequestAnalysis.objects.bulk_create(
        PullRequestAnalysis(
            team=team,
            pull_request=one,
            ai_class=rng.choice("ABCDU"),
            markers_version="test",
            input_hash="0" * 64,
        )
        for one in changes
        if rng.random() < 0.9
    )


def _scatter_contents(rng: random.Random, changes: list[PullRequest]) -> None:
    Commit.objects.bulk_create(
        Commit(
            pull_request=one,
            position=0,
            oid=f"{one.pk:040x}",
            authored_at=one.created_at - timedelta(hours=rng.uniform(-1, 40)),
        )
        for one in changes
        if rng.random() < 0.8
    )
    ChangedFile.objects.bulk_create(
        ChangedFile(
            pull_request=one,
            path="a.py",
            additions=int(rng.lognormvariate(4, 1.5)),
            deletions=1,
            change_type="MODIFIED",
        )
        for one in changes
        if rng.random() < 0.9
    )


def _scatter_reviews(rng: random.Random, changes: list[PullRequest], people) -> None:
    Review.objects.bulk_create(
        Review(
            pull_request=one,
            node_id=f"R_{one.pk}_{k}",
            author=rng.choice(people),
            state=rng.choice(["APPROVED", "COMMENTED", "CHANGES_REQUESTED", "DISMISSED"]),
            submitted_at=min(NOW, one.created_at + timedelta(hours=rng.uniform(0, 60))),
        )
        for one in changes
        for k in range(rng.randrange(4))
    )


def _change(rng: random.Random, repository, author, number: int) -> PullRequest:
    created = NOW - timedelta(days=rng.uniform(0, 89))
    ended = created + timedelta(hours=rng.lognormvariate(2.5, 1.5))
    state = rng.choice(["merged"] * 7 + ["closed", "open", "open"]) if ended < NOW else "open"
    return PullRequest(
        team=repository.team,
        repository=repository,
        author=author,
        number=number,
        node_id=f"PR_{repository.pk}_{number}",
        title=rng.choice(["Fix the door", "Add a window", "Paint it"]),
        state=state,
        base_ref="main" if rng.random() < 0.9 else "release",
        head_ref="change",
        additions=10,
        deletions=2,
        changed_files=1,
        is_draft=state == "open" and rng.random() < 0.3,
        created_at=created,
        ready_at=created,
        closed_at=None if state == "open" else ended,
        merged_at=ended if state == "merged" else None,
        updated_at=created if state == "open" else ended,
        fetched_at=NOW,
        truncated=rng.choice([[]] * 8 + [["reviews"], ["commits"]]),
    )
