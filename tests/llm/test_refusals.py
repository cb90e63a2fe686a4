"""A question that Groq refuses holds nobody up: its text is a stranger's, the others are fine."""

import json

import httpx
import pytest

from apps.llm import analyse as step
from apps.llm.analyse import analyse
from apps.llm.client import GroqClient
from apps.llm.models import PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.settling import MAX_ATTEMPTS
from apps.sandbox.completions import completion, say
from tests.llm.looking import states
from tests.llm.replying import error

pytestmark = pytest.mark.django_db

FALLBACK = "openai/gpt-oss-120b"
PAID = {"x-ratelimit-limit-tokens": "250000", "x-ratelimit-remaining-tokens": "240000"}


@pytest.fixture
def refusing(settings, monkeypatch):
    """A Groq that answers like the sandbox's, and refuses texts or models by these words."""
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "retry_delay_seconds": 60  # a refusal is no outage: nobody waits for its end
    }
    words: dict[str, dict] = {}

    def answer(request):
        body = json.loads(request.content)
        heard = body["model"] + body["messages"][1]["content"]
        for word, refusal in words.items():
            if word in heard:
                return httpx.Response(400, json=refusal, headers=PAID)
        said = completion(body, say(body), finish="stop", number=1)
        return httpx.Response(200, json=said, headers=PAID)

    def client():
        transport = httpx.MockTransport(answer)
        return GroqClient("gsk_x", base_url="http://groq.test", transport=transport)

    monkeypatch.setattr(step, "configured_client", client)
    return words


def test_a_refused_question_ends_undecided_and_the_others_are_answered(
    team, claim_of, pull_requests, refusing
):
    pull_requests(5)
    pull_requests(1, body="POISON")  # the newest: it is asked about first
    refusing["POISON"] = error("invalid_request_error")

    analyse(claim_of(team))
    assert states(team) == [("U", "pending")] + [("D", "done")] * 5
    for _ in range(MAX_ATTEMPTS - 1):
        analyse(claim_of(team))

    assert states(team)[0] == ("U", "undecided")


def test_a_model_that_calls_tools_has_answered_in_vain_and_no_more(
    team, claim_of, pull_requests, refusing
):
    pull_requests(3)
    pull_requests(1, body="POISON")
    refusing["POISON"] = error("tool_use_failed")

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided")] + [("D", "done")] * 3
    assert "form" in PullRequestAnalysis.objects.get(llm_state="undecided").llm_reason


@pytest.mark.parametrize("count", [2, 40])
def test_when_every_question_is_refused_the_run_stops_and_none_is_to_blame(
    team, claim_of, pull_requests, refusing, count
):
    pull_requests(count)
    refusing["TITLE"] = error("invalid_request_error")

    analyse(claim_of(team))

    assert states(team) == [("U", "pending")] * count
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()
    assert "refused the request (400" in analysed_of(team).reason


def test_a_fallback_that_takes_no_schema_concerns_its_own_questions_alone(
    team, claim_of, pull_requests, refusing
):
    pull_requests(2)
    pull_requests(12, body="POISON")
    refusing[FALLBACK] = error("invalid_request_error")  # asked for first
    refusing["POISON"] = error("json_validate_failed")

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided")] * 12 + [("D", "done")] * 2
    assert "form" in PullRequestAnalysis.objects.filter(ai_class="U").first().llm_reason
