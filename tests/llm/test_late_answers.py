"""An answer counts once, and only for what was asked about."""

from dataclasses import replace

import pytest

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.client import Completion
from apps.llm.marking import texts_of
from apps.llm.models import Evidence, LlmAnswer, LlmUse, PullRequestAnalysis
from apps.llm.prompts import question_about
from apps.llm.settling import Asked, reply_to, store
from tests.llm.looking import DISCLOSURE, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(team, claim_of, pull_requests):
    """A pull request that was marked and asked about; its answer is under way."""
    (pull_request,) = pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    analysis = PullRequestAnalysis.objects.get()
    text = texts_of(team, [pull_request.pk])[pull_request.pk]
    return Asked(pull_request.pk, analysis.input_hash, text, question_about(text))


def reply(asked, quote=DISCLOSURE, model="m"):
    document = {
        "ai_disclosed": True, "quote": quote, "tool": "ChatGPT", "kind_of_change": "tests",
        "summary": "Drafts tests.", "description": "It drafts tests. They are new.", "risk": "low",
        "review_size": "small",
    }  # fmt: skip
    return reply_to(asked, Completion(document, model, 10, 5))


def test_an_answer_that_comes_twice_is_kept_once_and_paid_twice(team, asked):
    for _ in range(2):
        assert store(team, [reply(asked)]) == []

    assert LlmAnswer.objects.count() == 1
    assert states(team) == [("C", "done")]
    assert Evidence.objects.count() == 1
    assert LlmUse.objects.get().requests == 2


@pytest.mark.parametrize("change", [{"body": "Mends the clock."}, {"labels": ["codex"]}])
def test_an_answer_that_comes_after_a_change_is_ignored(team, asked, change):
    good, bad = reply(asked), reply(asked, quote="")
    PullRequest.objects.update(**change)

    assert store(team, [good]) == []
    assert bad.error is not None
    assert store(team, [bad]) == []
    assert states(team) == [("U", "pending")]
    assert PullRequestAnalysis.objects.get().llm_attempts == 0
    assert LlmUse.objects.get().requests == 2


def test_an_answer_to_a_question_that_a_person_has_asked_anew_meanwhile_is_kept_and_ignored(
    team, asked
):
    PullRequestAnalysis.objects.update(reruns=1)

    store(team, [reply(asked)])

    assert states(team) == [("U", "pending")]
    assert LlmAnswer.objects.get().rerun == 0
    store(team, [reply(replace(asked, rerun=1))])
    assert states(team) == [("C", "done")]
    assert LlmAnswer.objects.count() == 2


def test_an_answer_about_a_pull_request_that_is_gone_is_counted_and_harms_nothing(team, asked):
    PullRequest.objects.all().delete()

    assert store(team, [reply(asked)]) == []
    assert LlmAnswer.objects.count() == 0
    assert LlmUse.objects.get().requests == 1
