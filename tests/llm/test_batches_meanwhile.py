"""What happens while a batch is at Groq: nothing is settled that must not be, nor asked twice."""

import logging
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github.models import PullRequest, TrackedRepository
from apps.llm import prompts
from apps.llm.analyse import analyse, analyse_older
from apps.llm.models import LlmAnswer, LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.waiting import PATIENCE
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import TeamFactory
from tests.llm.batches import BATCH, LIVE, batch_states, later, line_states, look, looks, paid
from tests.llm.looking import entered, states

pytestmark = pytest.mark.django_db


def switch(team, *, on):
    Team.objects.filter(pk=team.pk).update(llm_enabled=on)


def test_an_answer_to_a_text_that_has_changed_is_kept_and_not_believed(
    team, claim_of, pull_requests, batched
):
    changed, _ = pull_requests(2)
    look(team, claim_of)
    PullRequest.objects.filter(pk=changed.pk).update(body="Something else.", fetched_at=later_on())

    assert looks(team, claim_of) == []

    assert states(team) == [("D", "done")] * 2
    assert (paid(BATCH), paid(LIVE)) == (2, 1)
    assert LlmAnswer.objects.filter(pull_request=changed).count() == 2


def later_on():
    return timezone.now() + timedelta(minutes=1)


def test_a_text_that_has_changed_while_the_batch_goes_on_is_asked_with_the_rest(
    team, claim_of, pull_requests, batched
):
    changed, _ = pull_requests(2)
    batched.change({"batches": {"seconds": 600}})
    look(team, claim_of)
    PullRequest.objects.filter(pk=changed.pk).update(body="Something else.", fetched_at=later_on())

    assert look(team, claim_of) is not None

    assert (batched.counts["batches"], batched.counts["chat"]) == (1, 0)


def test_a_repository_that_was_taken_away_is_not_judged(team, claim_of, pull_requests, batched):
    pull_requests(3)
    look(team, claim_of)
    TrackedRepository.objects.update(is_selected=False)

    assert looks(team, claim_of) == []

    assert states(team) == [("U", "pending")] * 3
    assert (LlmAnswer.objects.count(), paid(BATCH), paid(LIVE)) == (3, 3, 0)


def test_a_pull_request_that_is_gone_is_ignored(team, claim_of, pull_requests, batched, caplog):
    caplog.set_level(logging.WARNING)
    gone, _ = pull_requests(2)
    look(team, claim_of)
    gone.delete()

    assert looks(team, claim_of) == []

    assert states(team) == [("D", "done")]
    assert "1 lines ignored: not asked for" in caplog.text


def test_a_model_that_is_switched_off_ends_its_batches_and_nothing_is_settled(
    team, claim_of, pull_requests, batched
):
    pull_requests(4)
    batched.change({"batches": {"seconds": 600, "answered": 0.5, "cancel_seconds": 0.5}})
    look(team, claim_of)
    switch(team, on=False)

    assert look(team, claim_of) is None
    assert (batched.counts["batches cancelled"], batch_states()) == (1, ["cancelling"])
    time.sleep(0.5)
    assert look(team, claim_of) is None

    assert states(team) == [("D", "off")] * 4
    assert (batch_states(), paid(BATCH), paid(LIVE)) == (["read"], 2, 0)
    assert LlmAnswer.objects.count() == 2
    switch(team, on=True)
    looks(team, claim_of)
    assert states(team) == [("D", "done")] * 4
    assert (paid(BATCH), paid(LIVE)) == (2, 2)


def test_a_switched_off_model_at_a_groq_that_is_down_holds_nobody_up(
    team, claim_of, pull_requests, batched
):
    pull_requests(2)
    look(team, claim_of)
    switch(team, on=False)
    batched.change({"faults": {"503": 1}})

    assert look(team, claim_of) is None

    assert states(team) == [("D", "off")] * 2


def test_a_restart_asks_for_nothing_that_is_in_a_batch(team, claim_of, pull_requests, batched):
    pull_requests(3)
    look(team, claim_of)
    rows().filter(pk=team.pk).update(pipeline_run=9)
    pull_requests(1)

    analyse(claim_of(team), allowed_seconds=60)
    assert (batched.counts["chat"], analysed_of(team).pending) == (1, 3)
    assert looks(team, claim_of) == []

    assert states(team) == [("D", "done")] * 4
    assert {(row.run, row.way, row.requests) for row in LlmUse.objects.all()} == {
        (team.pipeline_run, BATCH, 3),
        (9, LIVE, 1),
    }


def test_one_that_a_person_wants_read_again_is_not_settled_by_the_old_question(
    team, claim_of, pull_requests, batched
):
    again, _ = pull_requests(2)
    look(team, claim_of)
    PullRequestAnalysis.objects.filter(pull_request=again).update(reruns=1)

    looks(team, claim_of)

    assert states(team) == [("D", "done")] * 2
    assert set(LlmAnswer.objects.filter(pull_request=again).values_list("rerun", flat=True)) == {
        0,
        1,
    }


def test_another_prompt_than_the_batch_s_counts_what_was_paid_and_asks_live(
    team, claim_of, pull_requests, batched, monkeypatch
):
    pull_requests(2)
    look(team, claim_of)
    monkeypatch.setattr(prompts, "VERSION", "of_tomorrow")  # its text is cached

    looks(team, claim_of)

    assert (batch_states(), line_states()) == (["read"], ["failed"] * 2)
    assert (paid(BATCH), paid(LIVE)) == (2, 2)
    assert set(LlmAnswer.objects.values_list("prompt_version", flat=True)) == {"of_tomorrow"}


def test_another_model_since_takes_no_harm(team, claim_of, pull_requests, batched, settings):
    pull_requests(2)
    look(team, claim_of)
    asked, settings.GROQ_MODEL = settings.GROQ_MODEL, "openai/gpt-oss-120b"

    looks(team, claim_of)

    assert set(LlmAnswer.objects.values_list("model", flat=True)) == {asked}
    assert set(LlmUse.objects.values_list("model", "way")) == {(asked, BATCH)}


def test_an_outage_while_a_batch_is_open_is_waited_for_and_fails_nothing(
    team, claim_of, pull_requests, batched
):
    pull_requests(3)
    look(team, claim_of)
    batched.change({"faults": {"503": 1}})

    wait = look(team, claim_of)

    assert (str(wait), wait.counts) == ("Groq did not answer.", False)
    assert wait.retry_after == 10
    batched.change({"faults": {}})
    assert looks(team, claim_of) == []
    assert (paid(BATCH), paid(LIVE)) == (3, 0)


def test_after_an_hour_without_groq_the_run_goes_on_and_the_next_one_reads_the_batch(
    team, claim_of, pull_requests, batched
):
    pull_requests(3)
    look(team, claim_of)
    batched.change({"faults": {"503": 1}})
    claim = claim_of(team, Status.BACKGROUND_LLM)
    logged = entered(claim, ago=timedelta(seconds=PATIENCE + 60))

    analyse_older(claim)

    assert analysed_of(team).sentence == "0 of 3 analysed, 3 not analysed yet. Groq did not answer."
    assert batch_states() == ["open"]
    logged.delete()
    batched.change({"faults": {}})
    assert looks(team, claim_of) == []
    assert (paid(BATCH), paid(LIVE), analysed_of(team).analysed) == (3, 0, 3)


def test_a_refused_key_leaves_the_batch_for_a_better_one(
    team, claim_of, pull_requests, batched, settings
):
    pull_requests(3)
    look(team, claim_of)
    key, settings.GROQ_API_KEY = settings.GROQ_API_KEY, "gsk_refused"

    assert look(team, claim_of) is None

    assert "refuses the key" in analysed_of(team).reason
    settings.GROQ_API_KEY = key
    assert looks(team, claim_of) == []
    assert paid(BATCH) == 3


def test_a_team_without_a_key_leaves_its_batches_alone(
    team, claim_of, pull_requests, batched, settings
):
    pull_requests(2)
    look(team, claim_of)
    settings.GROQ_API_KEY = ""

    assert look(team, claim_of) is None
    assert batch_states() == ["open"]


def test_another_team_s_batches_are_not_looked_at(team, claim_of, pull_requests, batched):
    pull_requests(2)
    look(team, claim_of)
    other = TeamFactory(pipeline_ticket=1)

    assert look(other, claim_of) is None

    assert (batch_states(), paid(BATCH)) == (["open"], 0)
    later(minutes=1)
    looks(team, claim_of)
    assert paid(BATCH) == 2
