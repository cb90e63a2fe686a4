"""A team's rows leave with the promised keys, as GitHub spells them, and safe in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from apps.core.cells import cell
from apps.github.models import PullRequest
from apps.insights.models import Insight
from apps.llm.models import LlmUse
from apps.metrics.models import TeamWeek
from apps.operations.export import EXPORTS, pull_requests
from apps.operations.formats import write_csv
from apps.pipeline.moves import move
from tests.factories import (
    ChangedFileFactory,
    CommitFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

KEYS = (
    "repository, number, title, state, author, created_at, updated_at, merged_at, additions, "
    "deletions, changed_files, files, reviews, commits, labels, head_ref, is_draft, ai_class, "
    "is_ai_assisted, ai_tools"
)


def exported(capsys, *arguments: str) -> str:
    call_command("export", *arguments)
    return str(capsys.readouterr().out)


@pytest.mark.django_db
def test_a_pull_request_leaves_with_every_promised_key_in_order(capsys):
    team = TeamFactory(slug="rockets")
    repository = TrackedRepositoryFactory(team=team, name_with_owner="rockets/engine")
    author = PersonFactory(team=team, login="ada")
    pull_request = PullRequestFactory(
        repository=repository,
        author=author,
        number=7,
        title="Bür\nk",
        labels=["bug", "later"],
        merged=True,
    )
    PullRequestAnalysisFactory(pull_request=pull_request, ai_class="B", tools=["claude"])
    ReviewFactory.create_batch(2, pull_request=pull_request)
    CommitFactory.create_batch(3, pull_request=pull_request)
    ChangedFileFactory.create_batch(4, pull_request=pull_request)

    (line,) = exported(capsys, "rockets", "pull-requests").splitlines()

    assert ", ".join(json.loads(line)) == KEYS
    assert json.loads(line) == {
        "repository": "rockets/engine",
        "number": 7,
        "title": "Bür\nk",
        "state": "MERGED",
        "author": "ada",
        "created_at": "2026-05-31T12:00:00Z",
        "updated_at": "2026-05-31T13:00:00Z",
        "merged_at": "2026-05-31T13:00:00Z",
        "additions": 10,
        "deletions": 2,
        "changed_files": 1,
        "files": 4,
        "reviews": 2,
        "commits": 3,
        "labels": ["bug", "later"],
        "head_ref": "change-7",
        "is_draft": False,
        "ai_class": "B",
        "is_ai_assisted": True,
        "ai_tools": ["claude"],
    }


@pytest.mark.django_db
def test_a_deleted_author_is_null_and_what_is_not_analysed_is_undecided():
    ghost = PersonFactory(ghost=True)
    pull_request = PullRequestFactory(repository__team=ghost.team, author=ghost)

    (row,) = pull_requests(pull_request.team)

    assert row["author"] is None
    assert (row["ai_class"], row["is_ai_assisted"], row["ai_tools"]) == ("U", False, [])


@pytest.mark.django_db
def test_only_the_teams_own_rows_leave(capsys):
    PullRequestFactory()
    own = PullRequestFactory()

    lines = exported(capsys, own.team.slug, "pull-requests").splitlines()

    assert [json.loads(line)["number"] for line in lines] == [own.number]


@pytest.mark.django_db
def test_any_number_of_pull_requests_takes_one_query(django_assert_num_queries):
    repository = TrackedRepositoryFactory()
    PullRequestFactory.create_batch(5, repository=repository)

    with django_assert_num_queries(1):
        assert len(list(pull_requests(repository.team))) == 5


@pytest.mark.django_db
def test_weeks_insights_and_transitions_leave_as_json(capsys):
    team = TeamFactory(slug="rockets")
    behind = PullRequestFactory(repository__team=team, repository__name_with_owner="rockets/engine")
    now = datetime(2026, 6, 1, tzinfo=UTC)
    TeamWeek.objects.create(team=team, week_start=date(2026, 5, 25), merged=3, computed_at=now)
    insight = Insight.objects.create(
        team=team,
        rule="I-01",
        period_start=date(2026, 5, 1),
        period_end=date(2026, 6, 1),
        title="Slower",
        sentence="Reviews take longer.",
        numbers={"value": 2},
        computed_at=now,
    )
    insight.pull_requests.add(behind)
    move(team.pk, "start", actor="ada")

    week, insight_row, transition = (
        json.loads(exported(capsys, "rockets", what))
        for what in ("weeks", "insights", "transitions")
    )

    assert (week["week_start"], week["merged"], week["cycle_time"]) == ("2026-05-25", 3, None)
    assert insight_row["pull_requests"] == [f"rockets/engine#{behind.number}"]
    assert (transition["verb"], transition["actor"]) == ("start", "ada")


@pytest.mark.django_db
@pytest.mark.parametrize("what", EXPORTS)
def test_an_empty_team_leaves_a_header_in_csv_and_nothing_in_jsonl(capsys, what):
    TeamFactory(slug="rockets")

    assert exported(capsys, "rockets", what) == ""
    header = exported(capsys, "rockets", what, "--format", "csv")
    assert header.strip().split(",") == list(EXPORTS[what].columns)


@pytest.mark.django_db
def test_csv_says_the_same_as_jsonl(capsys):
    pull_request = PullRequestFactory(title='Say "hi", then\nleave', labels=["a", "b"])
    PullRequest.objects.update(additions=5)

    text = exported(capsys, pull_request.team.slug, "pull-requests", "--format", "csv")

    (record,) = csv.DictReader(io.StringIO(text, newline=""))
    assert ", ".join(record) == KEYS
    assert record["title"] == 'Say "hi", then\nleave'
    assert (record["additions"], record["labels"]) == ("5", "a; b")
    assert (record["merged_at"], record["is_draft"]) == ("", "false")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
@pytest.mark.parametrize("before", ["", " ", '"', "'", ' "'])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(first, before):
    text = f"{before}{first}HYPERLINK(1)"

    assert cell(text) == "'" + text


def test_numbers_and_ordinary_text_are_left_alone():
    assert [cell(value) for value in (-5, 1.5, "a=b", "", None, [])] == [-5, 1.5, "a=b", "", "", ""]


def test_a_list_is_disarmed_like_text():
    out = io.StringIO()

    write_csv([{"labels": ["=1+1", "b"]}], ["labels"], out)

    assert out.getvalue() == "labels\r\n'=1+1; b\r\n"


@pytest.mark.django_db
def test_an_unknown_team_is_told_in_a_sentence():
    with pytest.raises(CommandError, match="There is no team “nobody”") as refusal:
        call_command("export", "nobody", "weeks")

    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_a_name_that_two_teams_share_is_asked_back():
    TeamFactory(name="Rockets", slug="rockets-1")
    TeamFactory(name="Rockets", slug="rockets-2")

    with pytest.raises(CommandError, match="say which one: rockets-1, rockets-2"):
        call_command("export", "Rockets", "weeks")


@pytest.mark.django_db
def test_what_the_model_has_used_leaves_in_whole_nano_dollars(capsys):
    row = {"run": 2, "purpose": "reading", "model": "m", "way": "batch", "requests": 3}
    row |= {"prompt_tokens": 1200, "cached_tokens": 700, "completion_tokens": 300}
    for team in (TeamFactory(slug="rockets"), TeamFactory()):
        LlmUse.objects.create(team=team, day=date(2026, 6, 1), nano_usd=90_000, **row)

    (line,) = exported(capsys, "rockets", "model-use").splitlines()

    assert json.loads(line) == {"day": "2026-06-01", "nano_usd": 90_000} | row
