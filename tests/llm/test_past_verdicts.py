"""What other rules, another model or a person have said before is kept, with who said it."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.models import Correction, LlmAnswer, PastVerdict, PullRequestAnalysis
from apps.llm.registry import registry
from tests.llm.looking import DISCLOSURE, FOOTER, states

pytestmark = pytest.mark.django_db


def past():
    names = ("ai_class", "tools", "markers_version", "llm_model", "is_corrected")
    return list(PastVerdict.objects.values_list(*names))


def fetched_again(**changes):
    PullRequest.objects.update(fetched_at=timezone.now(), **changes)


def test_a_first_verdict_and_its_completion_by_the_model_replace_none(
    team, claim_of, pull_requests, groq, settings
):
    key, settings.GROQ_API_KEY = settings.GROQ_API_KEY, ""
    pull_requests(1, body=f"{DISCLOSURE}\n\n{FOOTER}")
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    settings.GROQ_API_KEY = key

    analyse(claim_of(team))

    assert states(team) == [("C", "done"), ("B", "done")]
    assert past() == []


def test_newer_rules_that_judge_otherwise_leave_the_older_verdict_behind(
    team, claim_of, pull_requests, groq, settings
):
    pull_requests(2, body=FOOTER)
    pull_requests(1, body="Mends the clock.")
    analyse(claim_of(team))
    same = PullRequestAnalysis.objects.filter(ai_class="B").last()
    PullRequestAnalysis.objects.update(markers_version="2001-01.1")
    PullRequestAnalysis.objects.exclude(pk=same.pk).update(ai_class="C", tools=["cursor"])

    analyse(claim_of(team))

    by_old_rules = ("C", ["cursor"], "2001-01.1", settings.GROQ_MODEL, False)
    assert past() == [by_old_rules] * 2
    assert not same.past_verdicts.exists()
    versions = set(PullRequestAnalysis.objects.values_list("markers_version", flat=True))
    assert versions == {registry().version}


def test_another_text_is_no_other_opinion(team, claim_of, pull_requests, groq):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    fetched_again(body="Mends the clock.")

    analyse(claim_of(team))

    assert states(team) == [("D", "done")]
    assert past() == []
    assert LlmAnswer.objects.count() == 2  # the older text's too


def test_what_a_model_of_earlier_days_has_said_is_kept_when_the_text_changes(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.update(llm_model="llama", llm_prompt_version="v0")
    analyse(claim_of(team))
    assert past() == []  # unchanged: a new prompt or model rewrites nothing
    fetched_again(body="Mends the clock.")

    analyse(claim_of(team))

    assert past() == [("C", ["chatgpt"], registry().version, "llama", False)]


def test_another_answer_to_the_same_text_leaves_the_first_behind(
    team, claim_of, pull_requests, groq, settings
):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.update(llm_state="pending", reruns=1, tools=["cursor"])

    analyse(claim_of(team))

    assert past() == [("C", ["cursor"], registry().version, settings.GROQ_MODEL, False)]
    assert sorted(LlmAnswer.objects.values_list("rerun", flat=True)) == [0, 1]
    assert groq.counts["chat"] == 2


def test_a_person_s_word_stands_through_new_marks_and_new_answers(
    team, claim_of, pull_requests, groq
):
    (made,) = pull_requests(1, body=DISCLOSURE)
    word = Correction(team=team, pull_request=made, is_ai_assisted=False, said_by="ada")
    word.save()

    analyse(claim_of(team))
    fetched_again(labels=["codex"])
    analyse(claim_of(team))

    analysis = PullRequestAnalysis.objects.get()
    assert (analysis.ai_class, analysis.tools, analysis.is_corrected) == ("D", [], True)
    assert analysis.evidence.count() == 2  # all that speaks against it is still there
    word.withdrawn_at = timezone.now()
    word.save()
    fetched_again()
    analyse(claim_of(team))
    assert past() == [("D", [], registry().version, analysis.llm_model, True)]
    assert states(team) == [("B", "done")]


def test_a_person_s_no_stands_when_the_switch_is_turned_on_again(
    team, claim_of, pull_requests, settings
):
    (made, _) = pull_requests(2)
    Correction.objects.create(team=team, pull_request=made, is_ai_assisted=False, said_by="ada")
    type(team).objects.filter(pk=team.pk).update(llm_enabled=False)
    analyse(claim_of(team))
    assert states(team) == [("D", "off")] * 2
    type(team).objects.filter(pk=team.pk).update(llm_enabled=True)

    analyse(claim_of(team))

    assert states(team) == [("D", "pending"), ("U", "pending")]
