"""What a person has said outlives new texts, rules and answers, until it is taken back."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.corrections import ask_again, correct, withdraw
from apps.llm.models import LlmAnswer, PastVerdict, PullRequestAnalysis
from tests.factories import MembershipFactory
from tests.llm.looking import DISCLOSURE, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(team):
    return MembershipFactory(team=team, user__username="ada").user


@pytest.fixture
def denied(team, claim_of, pull_requests, groq, user):
    """A pull request that the model suspects, and of which a person has said that it is wrong."""
    (pull_request,) = pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    assert states(team) == [("C", "done")]
    correct(team, pull_request.pk, is_ai_assisted=False, user=user)
    return pull_request


def test_it_outlives_newer_rules(team, claim_of, denied):
    PullRequestAnalysis.objects.update(markers_version="older")

    analyse(claim_of(team))

    row = PullRequestAnalysis.objects.get()
    assert (row.ai_class, row.is_corrected) == ("D", True)
    assert row.markers_version != "older"


def test_it_outlives_a_change_of_the_pull_request_and_the_answer_to_that(team, claim_of, denied):
    PullRequest.objects.update(body=f"Changed. {DISCLOSURE}", fetched_at=timezone.now())

    analyse(claim_of(team))

    row = PullRequestAnalysis.objects.get()
    assert (row.ai_class, row.is_corrected, row.llm_state) == ("D", True, "done")
    assert LlmAnswer.objects.count() == 2


def test_taken_back_the_evidence_that_was_found_meanwhile_decides(team, claim_of, denied, user):
    PullRequest.objects.update(labels=["codex"], fetched_at=timezone.now())
    analyse(claim_of(team))
    assert states(team) == [("D", "done")]

    withdraw(team, denied.pk, user=user)

    assert states(team) == [("B", "done")]


def test_asked_again_the_model_is_asked_once_more_and_its_answer_changes_no_word(
    team, claim_of, denied, user, groq
):
    groq.change({"clear": True})
    ask_again(team, denied.pk, user=user)

    analyse(claim_of(team))
    analyse(claim_of(team))

    assert groq.counts["chat"] == 1
    assert sorted(LlmAnswer.objects.values_list("rerun", flat=True)) == [0, 1]
    assert states(team) == [("D", "done")]
    assert [past.ai_class for past in PastVerdict.objects.all()] == ["C"]
