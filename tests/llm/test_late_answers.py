"""An answer counts once, and only for what was asked about."""

import pytest

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.client import Completion
from apps.llm.marking import texts_of
from apps.llm.models import Evidence, LlmAnswer, PullRequestAnalysis
from apps.llm.prompts import question_about
from apps.llm.settling import Asked, checked, count_failure, keep, settle
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


def answer_to(asked, quote=DISCLOSURE):
    document = {
        "ai_disclosed": True, "quote": quote, "tool": "ChatGPT", "kind_of_change": "tests",
        "summary": "Drafts tests.", "risk": "low", "review_size": "small",
    }  # fmt: skip
    completion = Completion(document, "m", 10, 5)
    return completion, checked(asked, completion)


def test_an_answer_that_comes_twice_is_kept_once(team, asked):
    completion, found = answer_to(asked)

    for _ in range(2):
        keep(asked, found.answer, completion, model="m")
        settle(team, asked, found)

    assert LlmAnswer.objects.count() == 1
    assert states(team) == [("C", "done")]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("change", [{"body": "Mends the clock."}, {"labels": ["codex"]}])
def test_an_answer_that_comes_after_a_change_is_ignored(team, asked, change):
    _, found = answer_to(asked)
    PullRequest.objects.update(**change)

    assert settle(team, asked, found) is False
    assert count_failure(team, asked, "reason") is False
    assert states(team) == [("U", "pending")]
