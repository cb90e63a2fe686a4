"""A question that fails by itself ends undecided; an outage of the service counts against none."""

import pytest
from django.db.models import Sum

from apps.core.errors import TransientError
from apps.llm.analyse import analyse, analyse_older
from apps.llm.models import LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.service import FAILURES_IN_A_ROW
from apps.llm.settling import MAX_ATTEMPTS
from apps.pipeline.machine import Status
from tests.llm.looking import llm_progress, states

pytestmark = pytest.mark.django_db


def test_one_pull_request_that_always_fails_ends_undecided_after_three_attempts(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(3)
    groq.change({"next": ["prose", "", "", "json", "prose"]})

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided"), ("D", "done"), ("D", "done")]
    assert groq.counts["chat"] == 2 + MAX_ATTEMPTS
    assert "cut off" in PullRequestAnalysis.objects.get(ai_class="U").llm_reason
    assert analysed_of(team).sentence == "2 of 3 analysed, 1 undecided."
    analyse(claim_of(team))
    assert groq.counts["chat"] == 2 + MAX_ATTEMPTS


def test_an_invalid_answer_is_asked_for_once_more(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"next": ["json"]})

    analyse(claim_of(team))

    assert states(team) == [("D", "done")]
    assert groq.counts["chat"] == 2


def test_one_refused_round_of_calls_neither_ends_the_run_nor_counts_an_attempt(
    team, claim_of, pull_requests, groq, settings
):
    pull_requests(1)
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))  # now the key's limits are known
    pull_requests(39)
    at_once = settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"]
    # All of the round are under way before the first is refused, and the next begins thereafter.
    groq.change({"next": ["503"] * at_once, "seconds": 0.3})

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert analysed_of(team).analysed == 40
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()
    assert llm_progress(team) == 100


def test_failures_of_the_service_count_against_no_pull_request_even_between_answers(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(4)
    groq.change({"next": ["", "503", "", "503", "503", "", "503"]})

    analyse(claim_of(team))

    assert analysed_of(team).analysed == 4
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()


def test_a_question_that_breaks_the_service_each_time_ends_undecided_and_holds_nobody_up(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    analyse_older(claim_of(team))
    poison = pull_requests(1)[0]
    one_pass = ["500"] * FAILURES_IN_A_ROW + [""]  # the last is the witness
    groq.change({"next": one_pass * MAX_ATTEMPTS})

    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(TransientError):
            analyse_older(claim_of(team))
    analyse_older(claim_of(team))

    verdict = PullRequestAnalysis.objects.get(pull_request=poison)
    assert (verdict.llm_state, verdict.llm_attempts) == ("undecided", MAX_ATTEMPTS)
    assert "whenever it is asked" in verdict.llm_reason
    paid = LlmUse.objects.aggregate(requests=Sum("requests"))["requests"]
    assert paid == 3 + MAX_ATTEMPTS  # three answers, and the witnesses


@pytest.mark.parametrize("fault", ["498", "503"])
def test_an_outage_counts_against_nobody_though_nobody_else_is_left(
    team, claim_of, pull_requests, groq, fault
):
    pull_requests(2)
    groq.change({"faults": {fault: 1}})  # with 498, Groq lists its models all the same

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(TransientError):
            analyse_older(claim_of(team))

    assert states(team) == [("U", "pending")] * 2
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()


def test_an_outage_counts_against_nobody_while_others_wait(team, claim_of, pull_requests, groq):
    pull_requests(30)
    groq.change({"faults": {"500": 1}})

    with pytest.raises(TransientError):
        analyse_older(claim_of(team))

    assert not PullRequestAnalysis.objects.filter(llm_attempts__gt=0).exists()
