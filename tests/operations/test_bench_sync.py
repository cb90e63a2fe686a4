"""`bench sync`, its parts: the bound, the window, the counting of statements, the comparing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync.bench import above_zero
from apps.operations.bench.sync.bound import Bound, lower_bound, nodes_of
from apps.operations.bench.sync.comparing import differences
from apps.operations.bench.sync.comparison import NotTheTruth, make_sure_it_is_the_truth
from apps.operations.bench.sync.figures import Comparison, Cost, Giant, goals, goals_of_giant
from apps.operations.bench.sync.histories import (
    days_for,
    described,
    in_window,
    lay_out,
    size,
)
from apps.operations.bench.sync.stand_in import make_sure_it_is_there
from apps.operations.bench.sync.statements import counted
from apps.operations.export import moment
from apps.teams.models import Team
from tests.factories import (
    ChangedFileFactory,
    PersonFactory,
    PullRequestFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
EVEN_500, SKEWED_500 = [167, 167, 166], [300, 100, 100]
EVEN_2000, SKEWED_2000 = [200] * 10, [1200, *[100] * 8, 0]


@pytest.mark.parametrize(
    ("counts", "page", "at_once", "seconds"),
    [
        (EVEN_500, 1.0, 8, 3.5),
        (EVEN_500, 1.0, 20, 2.0),
        (SKEWED_500, 1.0, 20, 2.5),
        (EVEN_500, 1.5, 8, 5.0),
        (EVEN_500, 2.0, 8, 6.5),
        (EVEN_2000, 1.0, 8, 10.5),
        (EVEN_2000, 1.0, 20, 4.5),
        (SKEWED_2000, 1.0, 20, 7.0),
        (EVEN_2000, 2.0, 20, 8.5),
    ],
)
def test_the_lower_bound_is_that_of_the_guide(counts, page, at_once, seconds):
    assert lower_bound(counts, at_once=at_once, key_page=0.5, page=page) == seconds


def test_nodes_multiply_downwards_through_fragments_and_variables():
    document = """
        query Q($ids: [ID!]!, $first: Int!) { nodes(ids: $ids) { ...some } viewer { login } }
        fragment some on PullRequest { files(first: 3) { nodes { path } }
          ... on PullRequest { commits(first: $first) { nodes { id } } } }
    """

    assert nodes_of(document, size=10) == 10 + 10 * 3 + 10 * 10


def truth_of(*ages: int) -> dict[str, list[dict[str, object]]]:
    """One repository with pull requests that were updated so many days ago."""
    return {"a/b": [{"updatedAt": moment(NOW - timedelta(days=age))} for age in ages]}


def test_the_window_is_that_with_the_number_that_comes_nearest():
    truth = truth_of(1, 2, 2, 2, 5, 9)

    assert days_for(truth, 5, now=NOW) == 5
    assert days_for(truth, 3, now=NOW) == 2  # four are nearer to three than one is
    assert in_window(truth, NOW - timedelta(days=5)) == {"a/b": 5}


def test_the_sizes_have_the_repositories_of_the_issue():
    assert [len(size(n).repositories) for n in (60, 500, 2000)] == [1, 3, 10]
    assert len(set(size(2000).repositories)) == 10


def test_a_history_is_served_again_under_another_name(tmp_path):
    (tmp_path / "o__r.jsonl.gz").write_bytes(b"pull requests")

    served = lay_out(["o/r", "o/r-again"], source=tmp_path, into=tmp_path / "served")

    assert {path.name: path.read_bytes() for path in served.iterdir()} == {
        "o__r.jsonl.gz": b"pull requests",
        "o__r-again.jsonl.gz": b"pull requests",
    }


def test_what_was_read_is_said_exactly():
    assert described([503]) == "503 pull requests in 1 repository"
    assert described([3, 5]) == "8 pull requests in 2 repositories, 5 of them in one"


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon"])
def test_seconds_that_are_none_are_not_understood(text):
    with pytest.raises(Exception, match="is not a number above 0"):
        above_zero(text)


def test_a_missing_stand_in_or_history_is_told_in_a_sentence(tmp_path):
    with pytest.raises(ServerUnusable, match="Name the folder that has it with --stand-in"):
        make_sure_it_is_there(tmp_path)
    with pytest.raises(ServerUnusable, match="There is no history of o/r at"):
        lay_out(["o/r"], source=tmp_path, into=tmp_path / "served")


# --- Statements ---


@pytest.mark.django_db(transaction=True)
def test_statements_are_counted_by_transactions_that_store_pull_requests():
    repository = TrackedRepositoryFactory()
    author = PersonFactory(team=repository.team)
    with counted() as statements:
        Team.objects.count()
        with transaction.atomic():
            Team.objects.count()
        for number in (1, 2):
            with transaction.atomic():
                Team.objects.count()
                PullRequestFactory(repository=repository, author=author, number=number)

    assert statements.total == 1 + 1 + 2 * 2
    assert statements.batches == [2, 2]
    assert (statements.of_a_batch, statements.of_the_largest) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_no_batch_and_does_not_swell_the_next():
    repository = TrackedRepositoryFactory()
    author = PersonFactory(team=repository.team)
    with counted() as statements:
        with transaction.atomic():
            PullRequestFactory(repository=repository, author=author)
            transaction.set_rollback(True)
        with transaction.atomic():
            PullRequestFactory(repository=repository, author=author)

    assert statements.batches == [1]
    assert statements.total == 2


# --- Comparing ---


def stored(**columns: object) -> tuple[Team, dict[str, object]]:
    """A team with one pull request of one file, and what GitHub says of it."""
    team = TeamFactory()
    repository = TrackedRepositoryFactory(team=team, name_with_owner="a/b")
    row = PullRequestFactory(repository=repository, number=7, **columns)
    ChangedFileFactory(pull_request=row)
    return team, {
        "number": 7,
        "title": row.title,
        "state": row.state.upper(),
        "author": row.author.login,
        "createdAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
        "mergedAt": moment(row.merged_at),
        "additions": row.additions,
        "deletions": row.deletions,
        "changedFiles": row.changed_files,
        "files": 1,
        "reviews": 0,
        "commits": 0,
    }


@pytest.mark.django_db
def test_what_is_as_github_has_it_has_no_differences():
    team, one = stored()

    assert list(differences(team, {"a/b": [one]}, NOW - timedelta(days=900))) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "called"), [("title", "title"), ("files", "files")])
def test_a_value_that_differs_is_named(name, called):
    team, one = stored()
    found = list(differences(team, {"a/b": [{**one, name: 99}]}, NOW - timedelta(days=900)))

    [sentence] = found
    assert sentence.startswith(f"a/b#7: {called} is ")
    assert sentence.endswith("at GitHub it is 99.")


@pytest.mark.django_db
def test_one_that_is_missing_and_one_too_many_are_named():
    team, one = stored()
    truth = {
        "a/b": [{**one, "number": 8}, {**one, "number": 9, "updatedAt": moment(NOW - 900 * DAY)}]
    }

    assert list(differences(team, truth, NOW - 800 * DAY)) == [
        "a/b#7 is stored, and GitHub has it not in this window.",
        "a/b#8 is missing.",
    ]


@pytest.mark.django_db
def test_a_measurement_without_the_truth_ends_with_what_differs():
    team, _ = stored()
    team.onboarding_pipeline_started_at = NOW

    with pytest.raises(NotTheTruth, match="a/b#7 is stored, and GitHub has it not"):
        make_sure_it_is_the_truth(team, {})


# --- Goals ---


def cost(seconds: float, statements: int = 12) -> Cost:
    return Cost(
        seconds=seconds,
        requests=1,
        points=1,
        peak=8,
        postponed=0,
        statements=statements,
        of_a_batch=statements,
        of_the_largest=statements,
    )


def comparison(wanted: int, *, walk: float, ours: float) -> Comparison:
    least = Bound(2.0, at_once=8, key_page=0.5, page=1.0)
    return Comparison(wanted, {"a/b": wanted}, 30, cost(walk), cost(ours), least)


def test_goals_are_met_at_their_limits_and_missed_beyond():
    assert [goal.met for goal in goals(comparison(500, walk=18.0, ours=3.0))] == [True] * 3
    assert [goal.met for goal in goals(comparison(500, walk=17.9, ours=3.1))] == [
        False,
        False,
        True,
    ]


def test_six_times_the_walk_is_a_goal_of_500_only():
    assert len(list(goals(comparison(2000, walk=3.0, ours=3.0)))) == 2


def test_the_giant_may_grow_by_less_than_its_limit():
    def giant(highest: float, statements: int) -> Giant:
        measured = cost(10.0, statements)
        return Giant({"a/b": 5000}, 365, measured, before=90, after=100, highest=highest)

    assert [goal.met for goal in goals_of_giant(giant(239.9, 12))] == [True, True]
    assert [goal.met for goal in goals_of_giant(giant(240.0, 13))] == [False, False]
    assert giant(100, 1).per_second == 500
