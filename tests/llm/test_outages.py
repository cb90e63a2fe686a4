"""An outage of the model is waited for in the row, ever longer, and fails nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import TransientError
from apps.llm.analyse import analyse, analyse_older
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.service import FAILURES_IN_A_ROW
from apps.llm.waiting import LONGEST_WAIT
from apps.pipeline.machine import Status
from tests.llm.looking import FOOTER, entered, llm_progress, states

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["503", "500"])
def test_an_outage_is_waited_for_in_the_row_and_counts_no_attempt(
    team, claim_of, pull_requests, groq, fault
):
    pull_requests(1, body=FOOTER)
    pull_requests(30)
    groq.change({"faults": {fault: 1}})

    with pytest.raises(TransientError, match="not answer") as waiting:
        analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert (waiting.value.retry_after, waiting.value.counts) == (10, False)
    assert groq.counts["chat"] <= FAILURES_IN_A_ROW * 8
    assert states(team) == [("U", "pending")] * 30 + [("B", "pending")]
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()
    assert llm_progress(team) == 0
    groq.change({"faults": {}})
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    assert analysed_of(team).analysed == 31
    assert llm_progress(team) == 100


def test_waits_for_an_outage_grow_and_after_an_hour_phase_two_goes_on_without_the_rest(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    groq.change({"faults": {"503": 1}})
    waits = []

    for minutes in (1, 5, 50):
        claim = claim_of(team, Status.BACKGROUND_LLM)
        logged = entered(claim, ago=timedelta(minutes=minutes))
        with pytest.raises(TransientError) as waiting:
            analyse_older(claim)
        waits.append(waiting.value.retry_after)
        logged.delete()
    claim = claim_of(team, Status.BACKGROUND_LLM)
    entered(claim, ago=timedelta(hours=2))
    analyse_older(claim)

    assert 10 < waits[0] < waits[1] < waits[2] == LONGEST_WAIT
    assert "not answer" in analysed_of(team).reason
    assert analysed_of(team).pending == 3
    assert llm_progress(team) == 0


def test_an_outage_late_in_a_long_phase_two_is_waited_for_as_one_at_its_start(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    pull_requests(1)
    groq.change({"faults": {"503": 1}})
    claim = claim_of(team, Status.BACKGROUND_LLM)
    entered(claim, ago=timedelta(hours=9))

    with pytest.raises(TransientError):
        analyse_older(claim)

    LlmAnswer.objects.update(created_at=timezone.now() - timedelta(hours=2))
    analyse_older(claim)
    assert llm_progress(team) == 75


def test_an_address_where_nobody_listens_fails_nothing(team, claim_of, pull_requests, settings):
    settings.GROQ_API_KEY = "gsk_x"
    pull_requests(3)

    with pytest.raises(TransientError) as waiting:
        analyse(claim_of(team))

    assert waiting.value.counts is False

    assert states(team) == [("U", "pending")] * 3
