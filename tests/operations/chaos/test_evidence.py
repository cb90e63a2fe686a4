"""What a run leaves behind is read as it stands."""

import pytest
from django.utils import timezone

from apps.operations.bench.chaos.evidence import ClaimLog, Taken
from apps.operations.bench.chaos.fingerprint import ATTEMPTS, differences, rows_of
from apps.operations.processes import log_path
from apps.pipeline.claims import take
from apps.pipeline.machine import Status
from tests.factories import PullRequestAnalysisFactory, PullRequestFactory, TeamFactory


@pytest.fixture
def log(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    path = log_path("worker-1")
    path.parent.mkdir()
    path.touch()
    return path


def test_claims_are_read_from_what_a_worker_logs_each_line_once(log):
    claims = ClaimLog(("worker-1",))
    log.write_text("INFO x: team 7 at syncing: ticket 2 taken\nINFO x: team 7 at llm_proc")
    assert claims.read() == [Taken(7, "syncing", 2)]

    with log.open("a") as more:
        more.write("essing: ticket 3 taken\n")

    assert claims.read() == [Taken(7, "syncing", 2), Taken(7, "llm_processing", 3)]


@pytest.mark.django_db
def test_a_worker_logs_what_is_read(log, caplog):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    caplog.set_level("INFO")

    take(team_id=team.pk, ticket=1, status=Status.SYNCING)
    log.write_text(f"{caplog.messages[0]}\n")

    assert ClaimLog(("worker-1",)).read() == [Taken(team.pk, "syncing", 1)]


@pytest.mark.django_db
def test_two_teams_with_the_same_history_have_the_same_rows_whatever_their_ids():
    one, other = (PullRequestFactory(number=1, title="Add berths").team for _ in range(2))

    first, second = rows_of(one), rows_of(other)
    repositories = {"pull requests", "repositories"}  # their names are sequences of the factory

    assert {name: rows for name, rows in first.items() if name not in repositories} == {
        name: rows for name, rows in second.items() if name not in repositories
    }


@pytest.mark.django_db
def test_a_difference_in_one_column_is_told_with_its_table():
    analysis = PullRequestAnalysisFactory(summary="Adds berths.")
    before = rows_of(analysis.team)
    analysis.summary = "Removes berths."
    analysis.save()

    [sentence] = differences(before, rows_of(analysis.team))

    assert sentence.startswith("analyses: 1 rows expected, 1 found")
    assert "Adds berths." in sentence
    assert "Removes berths." in sentence


@pytest.mark.django_db
def test_how_often_the_model_had_to_be_asked_is_no_difference():
    analysis = PullRequestAnalysisFactory(llm_attempts=0)
    before = rows_of(analysis.team, without=ATTEMPTS)
    analysis.llm_attempts, analysis.llm_reason = 2, "Groq did not answer."
    analysis.llm_model, analysis.llm_answered_at = "openai/gpt-oss-120b", timezone.now()
    analysis.save()

    assert differences(before, rows_of(analysis.team, without=ATTEMPTS)) == []
    assert differences(rows_of(analysis.team), rows_of(analysis.team)) == []


def test_a_row_too_many_is_a_difference_even_if_it_is_the_same_row():
    assert differences({"files": [("a",)]}, {"files": [("a",), ("a",)]})
