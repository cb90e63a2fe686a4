"""A limit that passes is waited for; one of a day leaves the rest for later."""

import pytest

from apps.core.errors import TransientError
from apps.llm.analyse import analyse, analyse_older
from apps.llm.limits.limits import BUSY_WAIT, rules
from apps.llm.progress import analysed_of
from apps.pipeline.machine import Status
from tests.limits import forget_limits
from tests.llm.looking import llm_progress, states

pytestmark = pytest.mark.django_db


def test_a_short_limit_is_waited_out(team, claim_of, pull_requests, groq):
    pull_requests(2)
    groq.change({"next": ["429"]})

    analyse(claim_of(team))

    assert states(team) == [("D", "done")] * 2


def test_a_limit_per_day_leaves_the_rest_for_later_with_the_reason(
    team, claim_of, pull_requests, groq
):
    pull_requests(30)
    groq.change({"faults": {"429 long": 1}})

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert groq.counts["chat"] <= 8
    assert "limit" in analysed_of(team).reason
    assert "30 not analysed yet" in analysed_of(team).sentence
    assert llm_progress(team) == 0


def test_a_limit_that_does_not_end_is_waited_for_in_the_row_and_counts_no_attempt(
    team, claim_of, pull_requests, groq
):
    pull_requests(30)
    groq.change({"faults": {"429": 1}})

    with pytest.raises(TransientError, match="limit") as waiting:
        analyse_older(claim_of(team))

    assert (waiting.value.retry_after, waiting.value.counts) == (BUSY_WAIT, False)
    assert groq.counts["chat"] <= 8 * (rules().refusals + 1)
    assert analysed_of(team).pending == 30
    groq.change({"faults": {}})
    forget_limits()  # half a minute later
    analyse_older(claim_of(team))
    assert analysed_of(team).analysed == 30
