"""What changed is judged anew; the model is asked again where its answer no longer holds."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.models import Evidence, LlmAnswer, LlmUse, PullRequestAnalysis
from tests.llm.looking import DISCLOSURE, states

pytestmark = pytest.mark.django_db


def test_a_pull_request_that_changes_is_judged_anew(team, claim_of, pull_requests, groq):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequest.objects.update(body="Mends the clock.", fetched_at=timezone.now())

    analyse(claim_of(team))

    assert states(team) == [("D", "done")]
    assert Evidence.objects.count() == 0
    assert LlmAnswer.objects.count() == 2


def test_a_new_label_is_read_without_asking_again(team, claim_of, pull_requests, groq):
    pull_requests(1, body="Mends the clock.")
    analyse(claim_of(team))
    PullRequest.objects.update(labels=["codex"], fetched_at=timezone.now())
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert states(team) == [("B", "done")]
    assert groq.counts["chat"] == 0


def test_an_author_of_another_name_is_read_without_paying_again(
    team, claim_of, pull_requests, groq
):
    (made,) = pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    before = PullRequestAnalysis.objects.get()
    made.author.login = "renamed"
    made.author.save()
    PullRequest.objects.update(fetched_at=timezone.now())

    analyse(claim_of(team))

    after = PullRequestAnalysis.objects.get()
    assert after.input_hash != before.input_hash
    assert (after.ai_class, after.llm_state, after.summary) == ("C", "done", before.summary)
    assert (after.llm_model, after.description) == (before.llm_model, before.description)
    assert after.llm_answered_at == LlmAnswer.objects.get().created_at
    assert groq.counts["chat"] == LlmUse.objects.get().requests == 1


def test_newer_rules_judge_anew_and_keep_what_the_model_said(team, claim_of, pull_requests, groq):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.update(markers_version="older", ai_class="U")
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert states(team) == [("C", "done")]
    assert Evidence.objects.get().kind == "quote"
    assert groq.counts["chat"] == 0


def test_a_stored_answer_that_newer_rules_refuse_is_asked_for_again(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    answer = LlmAnswer.objects.get()
    LlmAnswer.objects.update(answer=answer.answer | {"quote": "Words that are not there, AI."})
    PullRequestAnalysis.objects.all().delete()

    analyse(claim_of(team))

    assert states(team) == [("C", "done")]
