"""However a batch ends, each question is answered in the end, and none is paid twice."""

import logging

import pytest

from apps.llm.batching import reading
from apps.llm.batching.client import configured_batches
from apps.llm.batching.step import by_batches
from apps.llm.models import LlmAnswer, LlmBatch, LlmBatchLine, LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from tests.llm.batches import BATCH, LIVE, batch_states, later, line_states, look, looks, paid
from tests.llm.looking import DISCLOSURE, llm_progress, states

pytestmark = pytest.mark.django_db

STATEMENTS = 39  # of a look that reads one chunk


@pytest.mark.parametrize(
    ("end", "in_batch"), [("completed", 4), ("expired", 4), ("cancelled", 4), ("failed", 0)]
)
def test_an_expired_cancelled_or_failed_batch_is_read_and_the_rest_is_asked_live(
    team, claim_of, pull_requests, batched, end, in_batch
):
    pull_requests(8)
    batched.change({"batches": {"end": end, "answered": 0.5}})

    assert len(looks(team, claim_of)) == 1

    assert states(team) == [("D", "done")] * 8
    assert (paid(BATCH), paid(LIVE)) == (in_batch, 8 - in_batch)
    assert (batched.counts["batch lines"], batched.counts["chat"]) == (in_batch, 8 - in_batch)
    assert batch_states() == ["read"]
    assert LlmBatch.objects.get().groq_status == end
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()


def test_files_that_are_named_late_are_waited_for(team, claim_of, pull_requests, batched):
    pull_requests(3)
    batched.change({"batches": {"late": 2}})  # one look is the answer to its making

    waits = looks(team, claim_of)

    assert len(waits) == 2
    assert (paid(BATCH), paid(LIVE)) == (3, 0)


def test_files_that_are_never_named_are_given_up_after_minutes(
    team, claim_of, pull_requests, batched
):
    pull_requests(3)
    batched.change({"batches": {"late": 1000}})
    look(team, claim_of)
    assert look(team, claim_of) is not None
    later(minutes=3)

    assert look(team, claim_of) is None

    assert (batch_states(), paid(LIVE)) == (["read"], 3)


@pytest.mark.parametrize("wrong", ["failing", "refused", "lost", "doubled"])
def test_lines_without_an_answer_to_believe_are_asked_live(
    team, claim_of, pull_requests, batched, wrong, caplog
):
    pull_requests(4)
    batched.change({"batches": {wrong: 2}})

    looks(team, claim_of)

    assert states(team) == [("D", "done")] * 4
    assert (line_states().count("answered"), line_states().count("failed")) == (2, 2)
    assert batched.counts["chat"] == paid(LIVE) == 2
    assert ("4 lines ignored: answered twice" in caplog.text) == (wrong == "doubled")
    reasons = LlmBatchLine.objects.filter(state="failed").values_list("reason", flat=True)
    assert all(reasons)


def test_lines_that_nobody_has_asked_for_are_reported_and_not_believed(
    team, claim_of, pull_requests, batched, caplog
):
    made = pull_requests(3)
    batched.change({"batches": {"strange": True}})

    looks(team, claim_of)

    assert states(team) == [("D", "done")] * 3
    assert "3 lines ignored: not asked for" in caplog.text
    assert "1 lines ignored: not a JSON object" in caplog.text
    assert made[0].title not in caplog.text
    assert LlmAnswer.objects.count() == 3


def test_an_answer_that_belongs_to_another_pull_request_is_not_credited(
    team, claim_of, pull_requests, batched
):
    pull_requests(1, body="Mends the clock.")
    pull_requests(1, body=DISCLOSURE)
    batched.change({"batches": {"swapped": True}})

    looks(team, claim_of)

    # The one that claims the other's words is asked again, live; the harmless one is believed.
    analyses = PullRequestAnalysis.objects.order_by("pull_request__pk")
    assert analyses[0].evidence.count() == 0
    assert analyses[0].ai_class == "D"
    assert analyses[0].llm_attempts == 1
    assert (paid(BATCH), paid(LIVE)) == (2, 1)


def test_an_answer_that_is_cut_off_counts_against_its_question_and_is_paid(
    team, claim_of, pull_requests, batched
):
    pull_requests(4)
    batched.change({"batches": {"cut": 4}})

    looks(team, claim_of)

    assert states(team) == [("D", "done")] * 4
    assert sorted(PullRequestAnalysis.objects.values_list("llm_attempts", flat=True)) == [
        0,
        0,
        0,
        1,
    ]
    assert (paid(BATCH), paid(LIVE)) == (4, 1)


def test_a_batch_that_groq_does_not_know_is_given_up(team, claim_of, pull_requests, batched):
    pull_requests(3)
    look(team, claim_of)
    batched.change({"batches": {"unknown": True}})

    assert look(team, claim_of) is None

    assert (batch_states(), line_states()) == (["given_up"], ["failed"] * 3)
    assert (batched.counts["batches"], batched.counts["chat"]) == (1, 3)


def test_a_plan_without_batches_is_told_once_a_day_and_asked_live(
    team, claim_of, pull_requests, batched, caplog
):
    caplog.set_level(logging.WARNING)
    batched.change({"batches": {"no_plan": True}})
    pull_requests(3)

    assert looks(team, claim_of) == []
    asked = batched.stats()["repeats"]
    pull_requests(2)
    assert looks(team, claim_of) == []

    assert states(team) == [("D", "done")] * 5
    assert caplog.text.count("plan has no batches") == 1
    assert (batch_states(), paid(LIVE)) == (["given_up"], 5)
    batched.change({"batches": {}})
    later(hours=25)
    pull_requests(2)
    assert len(looks(team, claim_of)) == 1
    assert (paid(BATCH), asked != {}) == (2, True)


@pytest.mark.parametrize("when", ["from the start", "when looked at", "in between"])
def test_a_key_that_may_use_no_batches_asks_live(team, claim_of, pull_requests, batched, when):
    pull_requests(3)
    if when == "when looked at":
        look(team, claim_of)
    if when == "in between":
        batched.change({"batches": {"hangs_up": "create"}})
        look(team, claim_of)
    batched.change({"batches": {"forbidden": True}})

    assert looks(team, claim_of) == []

    assert (batch_states(), paid(LIVE)) == (["given_up"], 3)
    assert LlmBatch.objects.get().reason == "This Groq key may use no batches."


def test_another_key_is_tried_at_once(team, claim_of, pull_requests, batched, settings):
    batched.change({"batches": {"no_plan": True}})
    pull_requests(2)
    looks(team, claim_of)
    batched.change({"batches": {}})
    settings.GROQ_API_KEY = "gsk_sandbox_of_a_better_plan"
    pull_requests(2)

    assert len(looks(team, claim_of)) == 1
    assert paid(BATCH) == 2


@pytest.mark.parametrize("size", [10, 50])
def test_a_chunk_is_stored_in_the_same_number_of_statements(
    team, claim_of, pull_requests, batched, size, django_assert_num_queries
):
    pull_requests(size, body=DISCLOSURE)
    batched.change({"batches": {"lost": 5}})
    look(team, claim_of)

    with django_assert_num_queries(STATEMENTS):
        look_in_batch_only(team, claim_of)

    assert analysed_of(team).analysed == size - size // 5


def look_in_batch_only(team, claim_of):
    """A look without the live questions after it."""
    claim = claim_of(team)
    with configured_batches() as client:
        by_batches(claim, client)


def test_progress_never_falls_while_chunks_are_read(
    team, claim_of, pull_requests, batched, monkeypatch
):
    monkeypatch.setattr(reading, "CHUNK", 2)
    pull_requests(7)
    look(team, claim_of)
    seen = [llm_progress(team)]

    original = reading.store

    def noting(*args, **kwargs):
        seen.append(llm_progress(team))
        return original(*args, **kwargs)

    monkeypatch.setattr(reading, "store", noting)
    assert look(team, claim_of) is None

    seen.append(llm_progress(team))
    assert seen == sorted(seen)
    assert len(seen) == 6
    assert seen[-1] == 100
    assert LlmUse.objects.get().requests == 7


def test_rows_of_batches_that_groq_has_forgotten_go(team, claim_of, pull_requests, batched):
    pull_requests(2)
    looks(team, claim_of)
    later(days=31)

    assert looks(team, claim_of) == []

    assert (batch_states(), line_states()) == ([], [])
    assert LlmAnswer.objects.count() == 2
