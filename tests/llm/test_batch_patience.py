"""No batch is waited for without an end, and one that is cancelled has its time to end."""

import time

import pytest

from apps.llm.batching import looking
from apps.llm.batching.step import NEVER_TOLD
from apps.llm.models import LlmBatch
from tests.llm.batches import BATCH, LIVE, batch_states, later, look, paid
from tests.llm.looking import states

pytestmark = pytest.mark.django_db


def test_a_batch_that_never_ends_is_cancelled_read_and_the_rest_asked_live(
    team, claim_of, pull_requests, batched
):
    pull_requests(4)
    batched.change({"batches": {"seconds": 90_000, "answered": 0.5, "cancel_seconds": 0.5}})
    assert look(team, claim_of).retry_after == 5
    later(minutes=59)
    assert "Groq reads 4" in str(look(team, claim_of))
    later(minutes=2)

    told = look(team, claim_of)

    assert "Groq ends 4 pull requests in a batch" in str(told)
    assert batch_states() == ["cancelling"]
    assert look(team, claim_of) is not None
    time.sleep(0.5)
    assert look(team, claim_of) is None
    assert (paid(BATCH), paid(LIVE)) == (2, 2)
    assert states(team) == [("D", "done")] * 4
    assert LlmBatch.objects.get().reason == looking.TOO_LONG


def test_a_batch_that_does_not_even_end_when_it_is_cancelled_is_given_up(
    team, claim_of, pull_requests, batched
):
    pull_requests(2)
    batched.change({"batches": {"seconds": 90_000, "cancel_seconds": 90_000}})
    look(team, claim_of)
    later(minutes=61)
    assert look(team, claim_of) is not None
    later(minutes=21)

    assert look(team, claim_of) is None

    assert (batch_states(), paid(LIVE)) == (["given_up"], 2)
    assert LlmBatch.objects.get().reason == looking.NEVER_ENDED


def test_a_batch_that_nobody_has_looked_at_for_hours_has_its_time_to_be_cancelled(
    team, claim_of, pull_requests, batched
):
    pull_requests(4)
    batched.change({"batches": {"seconds": 90_000, "answered": 0.5, "cancel_seconds": 0.5}})
    look(team, claim_of)
    later(hours=3)

    assert "Groq ends 4 pull requests in a batch" in str(look(team, claim_of))
    assert look(team, claim_of) is not None
    time.sleep(0.5)
    assert look(team, claim_of) is None

    assert (batch_states(), paid(BATCH), paid(LIVE)) == (["read"], 2, 2)


def test_a_batch_that_groq_never_tells_of_is_given_up_after_a_day(
    team, claim_of, pull_requests, batched
):
    pull_requests(2)
    look(team, claim_of)
    batched.change({"batches": {"hangs_up": "read"}})
    later(hours=24)
    assert "Groq did not answer" in str(look(team, claim_of))
    later(hours=2)

    assert look(team, claim_of) is None

    assert (batch_states(), paid(LIVE)) == (["given_up"], 2)
    assert LlmBatch.objects.get().reason == NEVER_TOLD
