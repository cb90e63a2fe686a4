"""The analysis of a team is a handful of statements a group, not one a pull request."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.llm import asking
from apps.llm.analyse import analyse
from apps.llm.client import AnswerInvalid, Completion, Usage
from apps.llm.marking import BATCH, mark, texts_of
from apps.llm.models import (
    Correction,
    Evidence,
    LlmAnswer,
    PastVerdict,
    PullRequestAnalysis,
)
from apps.llm.prompts import question_about
from apps.llm.settling import Asked, Reply, reply_to, store
from tests.factories import CommitFactory
from tests.llm.looking import DISCLOSURE, FOOTER, states

pytestmark = pytest.mark.django_db

OF_A_STEP, OF_A_GROUP = 30, 20  # statements


def good(asked):
    document = {
        "ai_disclosed": True, "quote": DISCLOSURE, "tool": "ChatGPT", "kind_of_change": "tests",
        "summary": "Drafts tests.", "description": "It drafts tests. They are new.", "risk": "low",
        "review_size": "small",
    }  # fmt: skip
    return reply_to(asked, Completion(document, "m", 10, 5))


def bad(asked):
    error = AnswerInvalid("The model answered in prose.")
    error.usage = Usage(10, 0, 5)
    return Reply(asked, error=error)


@pytest.mark.parametrize("size", [1, 16])
def test_a_group_of_any_size_is_stored_in_the_same_number_of_statements(
    team, claim_of, pull_requests, size
):
    made = pull_requests(size, body=DISCLOSURE)
    failing = pull_requests(size, body="Mends the clock.")
    for pull_request in (*made, *failing):
        CommitFactory(pull_request=pull_request, position=0)
        Correction.objects.create(
            team=team, pull_request=pull_request, is_ai_assisted=False, said_by="ada"
        )
    mark(claim_of(team))
    PullRequestAnalysis.objects.update(llm_model="earlier", ai_class="B")
    texts = texts_of(team, [pull_request.pk for pull_request in (*made, *failing)])
    asked = [
        Asked(pk, text.fingerprint(), text, question_about(text)) for pk, text in texts.items()
    ]
    replies = [good(one) if one.text.body == DISCLOSURE else bad(one) for one in asked]

    with CaptureQueriesContext(connection) as caught:
        again = store(team, replies)

    assert len(caught) == 11
    assert sorted(again) == sorted(pull_request.pk for pull_request in failing)
    assert (LlmAnswer.objects.count(), Evidence.objects.count()) == (size, size)


def test_marks_are_stored_in_the_same_number_of_statements_for_one_and_for_many(
    team, claim_of, pull_requests
):
    def statements(count):
        for pull_request in pull_requests(count, body=FOOTER):
            CommitFactory(pull_request=pull_request, position=0)
        PullRequestAnalysis.objects.update(markers_version="older", tools=["cursor"])
        claim = claim_of(team)
        with CaptureQueriesContext(connection) as caught:
            mark(claim)
        return len(caught)

    statements(1)

    assert statements(1) == statements(BATCH - 3)
    assert PastVerdict.objects.count() == 1 + 2


def test_a_team_takes_so_many_statements_and_so_many_more_a_group(
    team, claim_of, pull_requests, groq
):
    for pull_request in pull_requests(80, body=DISCLOSURE):
        CommitFactory(pull_request=pull_request, position=0)
    claim = claim_of(team)

    with CaptureQueriesContext(connection) as caught:
        analyse(claim)

    assert states(team) == [("C", "done")] * 80
    groups = sum(
        "llm_llmanswer" in query["sql"] for query in caught if query["sql"][:6] == "INSERT"
    )
    assert groups <= 80 / 4
    assert len(caught) <= OF_A_STEP + OF_A_GROUP * groups


def test_stored_answers_and_marks_of_a_team_take_hardly_more_for_many(
    team, claim_of, pull_requests, groq
):
    pull_requests(asking.LOADED_AT_ONCE, body=f"{DISCLOSURE}\n\n{FOOTER}")
    analyse(claim_of(team))
    PullRequestAnalysis.objects.all().delete()
    claim = claim_of(team)

    with CaptureQueriesContext(connection) as caught:
        analyse(claim)

    assert states(team) == [("B", "done")] * asking.LOADED_AT_ONCE
    assert len(caught) <= OF_A_STEP + OF_A_GROUP
