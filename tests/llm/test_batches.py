"""What nobody waits for is asked in batches, over real HTTP, at half the price."""

import json

import httpx
import pytest

from apps.llm.analyse import analyse, analyse_older
from apps.llm.batching.lines import request_line
from apps.llm.client import GroqClient
from apps.llm.costs import cost_nano_usd
from apps.llm.loading import questions, repositories_of
from apps.llm.marking import mark
from apps.llm.models import LlmAnswer, LlmBatch, LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.replies import RequestRejected, Usage
from apps.llm.service import Service
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.rows import rows
from apps.pipeline.runner import run_step
from apps.teams.models import Team
from tests.llm.batches import BATCH, LIVE, batch_states, files_at, look, looks, paid
from tests.llm.looking import DISCLOSURE, llm_progress, states

pytestmark = pytest.mark.django_db

TASK = STEPS[Status.BACKGROUND_LLM].task


def test_a_batch_is_sent_waited_for_in_the_row_and_read(
    team, claim_of, pull_requests, batched, sandbox
):
    pull_requests(4)
    pull_requests(2, body=DISCLOSURE)
    files = files_at(sandbox)

    (wait,) = looks(team, claim_of)

    assert str(wait).startswith("Groq reads 6 pull requests in a batch; looked at last at ")
    assert (wait.retry_after, wait.counts) == (5, False)
    assert states(team) == [("C", "done")] * 2 + [("D", "done")] * 4
    assert (batched.counts["batches"], batched.counts["batch lines"]) == (1, 6)
    assert batched.counts["chat"] == 0
    assert (batch_states(), llm_progress(team)) == (["read"], 100)
    assert files_at(sandbox) == files


def test_a_batch_costs_half_and_is_counted_as_one(team, claim_of, pull_requests, batched):
    pull_requests(3)

    looks(team, claim_of)

    (used,) = LlmUse.objects.all()
    usage = Usage(used.prompt_tokens, 0, used.completion_tokens)
    assert (used.way, used.requests, used.purpose) == (BATCH, 3, "reading")
    live = cost_nano_usd(used.model, usage, LIVE)
    assert used.nano_usd == pytest.approx(live / 2, abs=3)
    answers = LlmAnswer.objects.all()
    assert sum(one.prompt_tokens for one in answers) == used.prompt_tokens > 0


@pytest.mark.parametrize("least", [4, 0])
def test_few_are_asked_live_and_none_in_batches_where_they_are_off(
    team, claim_of, pull_requests, groq, settings, least
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "llm_batch_api_from": least
    }
    pull_requests(3)

    assert looks(team, claim_of) == []

    assert (groq.counts["batches"], paid(LIVE)) == (0, 3)
    assert analysed_of(team).analysed == 3


def test_phase_one_never_uses_batches(team, claim_of, pull_requests, batched):
    pull_requests(3)

    analyse(claim_of(team), allowed_seconds=60)

    assert (batched.counts["batches"], batched.counts["chat"]) == (0, 3)


def test_batches_have_so_many_lines_and_what_is_left_over_is_asked_live(
    team, claim_of, pull_requests, batched, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "llm_batch_api_from": 4,
        "llm_batch_lines": 2,
    }
    pull_requests(5)

    (wait,) = looks(team, claim_of)

    assert "4 pull requests in 2 batches" in str(wait)
    assert (batched.counts["batches"], paid(BATCH), paid(LIVE)) == (2, 4, 1)
    assert analysed_of(team).analysed == 5


def test_a_file_stays_below_its_size(team, claim_of, pull_requests, batched, monkeypatch):
    monkeypatch.setattr("apps.llm.batching.sending.MOST_BYTES", 12_000)
    pull_requests(5)

    looks(team, claim_of)

    assert batched.counts["batches"] > 1
    assert (paid(BATCH), paid(LIVE)) == (5, 0)


def test_a_line_asks_what_a_live_call_asks(team, claim_of, pull_requests, settings):
    settings.GROQ_BASE_URL, settings.GROQ_API_KEY = "http://127.0.0.1:9", "gsk_x"
    (pull_request,) = pull_requests(1, body=DISCLOSURE)
    claim = claim_of(team)
    mark(claim)
    (asked,) = questions(
        claim,
        PullRequestAnalysis.objects.all(),
        [pull_request.pk],
        repositories=repositories_of(team),
    )
    sent = []

    def refuse(request):
        sent.append(json.loads(request.content))
        return httpx.Response(400, json={})

    with (
        GroqClient("gsk_x", transport=httpx.MockTransport(refuse)) as client,
        pytest.raises(RequestRejected),
    ):
        Service(client).ask(asked.question)
    line = json.loads(request_line(asked, model=settings.GROQ_MODEL))

    assert line["custom_id"] == f"pr-{pull_request.pk}-read_pull_request_v2"
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
    live, body = sent[0], line["body"]
    for each in (live, body):  # the frame is random
        each["messages"][1]["content"] = each["messages"][1]["content"].split("\n")[1:-1]
    assert body == live


def test_answers_that_are_paid_are_not_asked_for_in_a_batch(
    team, claim_of, pull_requests, batched, settings
):
    pull_requests(3)
    looks(team, claim_of)
    PullRequestAnalysis.objects.update(llm_state="pending")

    assert looks(team, claim_of) == []

    assert batched.counts["batches"] == 1
    assert (paid(BATCH), paid(LIVE)) == (3, 0)
    assert analysed_of(team).analysed == 3


def test_a_budget_that_is_too_small_sends_only_what_it_allows(
    team, claim_of, pull_requests, batched, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_api_from": 2}
    pull_requests(3)
    settings.GROQ_PRICES = {settings.GROQ_MODEL: [0, 0, 10_000]}  # a line: 3.5 at most
    settings.LLM_TEAM_DAILY_USD = 8

    looks(team, claim_of)

    assert (paid(BATCH), paid(LIVE)) == (2, 1)


def test_a_budget_that_is_used_up_sends_nothing(team, claim_of, pull_requests, batched, settings):
    pull_requests(4)
    settings.LLM_TEAM_DAILY_USD = 0

    looks(team, claim_of)

    assert (batched.counts["batches"], batched.counts["chat"]) == (0, 0)
    assert analysed_of(team).pending == 4


def test_waits_use_up_no_attempts_and_grow_with_the_looks(team, pull_requests, batched):
    pull_requests(2)
    batched.change({"batches": {"seconds": 600}})
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=Status.BACKGROUND_LLM)
    waits = []

    for _ in range(14):
        ticket = Team.objects.get(pk=team.pk).pipeline_ticket
        run_step(analyse_older, task=TASK, team_id=team.pk, ticket=ticket, task_id="")
        row = Team.objects.get(pk=team.pk)
        assert row.onboarding_pipeline_status == Status.BACKGROUND_LLM
        assert row.pipeline_attempts == 0
        assert row.onboarding_pipeline_error.startswith("Groq reads 2 pull requests in a batch")
        waits.append(round((row.pipeline_not_before - row.pipeline_changed_at).total_seconds()))

    assert waits == [5] * 4 + [30] * 8 + [60] * 2
    assert LlmBatch.objects.get().looks == 13


def test_while_a_batch_is_open_the_share_of_the_others_is_told(
    team, claim_of, pull_requests, batched
):
    pull_requests(3)
    analyse(claim_of(team), allowed_seconds=60)
    pull_requests(1)
    batched.change({"batches": {"seconds": 600}})

    look(team, claim_of)

    assert llm_progress(team) == 75
    assert Team.objects.get(pk=team.pk).pipeline_position == ("At Groq in a batch: 1 pull request")


def test_a_look_at_a_batch_that_is_read_costs_no_request(team, claim_of, pull_requests, batched):
    pull_requests(2)
    looks(team, claim_of)
    batched.change({"clear": True})

    assert look(team, claim_of) is None

    assert batched.stats()["repeats"] == {}
