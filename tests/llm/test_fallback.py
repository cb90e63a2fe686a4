"""An answer of no use is asked for once more, then of the fallback, then it is undecided."""

import pytest
from django.utils import timezone

from apps.llm.analyse import analyse
from apps.llm.models import LlmAnswer, LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.settling import ATTEMPTS_IN_ALL, MAX_ATTEMPTS, model_for
from apps.pipeline.rows import rows
from tests.llm.looking import DISCLOSURE, states

pytestmark = pytest.mark.django_db

FIRST, FALLBACK = "openai/gpt-oss-20b", "openai/gpt-oss-120b"


def asked():
    return dict(LlmUse.objects.values_list("model", "requests"))


@pytest.mark.parametrize("fault", ["prose", "foreign"])
@pytest.mark.parametrize(("in_vain", "model"), [(0, FIRST), (1, FIRST), (2, FALLBACK)])
def test_whose_answer_is_taken(team, claim_of, pull_requests, groq, in_vain, model, fault):
    pull_requests(1, body=DISCLOSURE)
    groq.change({"next": [fault] * in_vain})

    analyse(claim_of(team))

    analysis = PullRequestAnalysis.objects.get()
    assert (analysis.ai_class, analysis.llm_model) == ("C", model)
    assert analysis.llm_prompt_version
    assert analysis.llm_answered_at is not None
    assert LlmAnswer.objects.get().model == model
    assert sum(asked().values()) == in_vain + 1
    assert asked().get(FALLBACK, 0) == (in_vain == 2)


def test_after_the_fallback_it_is_undecided_with_the_reason(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"faults": {"foreign": 1}})

    analyse(claim_of(team))

    analysis = PullRequestAnalysis.objects.get()
    assert (analysis.ai_class, analysis.llm_state) == ("U", "undecided")
    assert "quote" in analysis.llm_reason
    assert asked() == {FIRST: 2, FALLBACK: 1}
    assert LlmAnswer.objects.count() == 0


def test_a_fallback_that_groq_does_not_have_is_undecided_with_the_first_one_s_reason(
    team, claim_of, pull_requests, groq, settings
):
    settings.GROQ_FALLBACK_MODEL = "openai/gone"
    pull_requests(3)
    groq.change({"next": ["prose"] * 6})

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided")] * 3
    assert "cut off" in PullRequestAnalysis.objects.first().llm_reason
    assert analysed_of(team).pending == 0


def test_a_first_model_that_groq_does_not_have_stops_the_run_and_tells_the_admin(
    team, claim_of, pull_requests, groq, settings
):
    settings.GROQ_MODEL = "openai/gone"
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(10)

    analyse(claim_of(team))

    assert groq.counts["chat"] == 1
    assert states(team) == [("U", "pending")] * 10
    assert "GROQ_MODEL" in analysed_of(team).reason


@pytest.mark.parametrize("other", ["", FIRST])
def test_without_another_model_the_first_is_asked_three_times(
    team, claim_of, pull_requests, groq, settings, other
):
    settings.GROQ_FALLBACK_MODEL = other
    pull_requests(1)
    groq.change({"faults": {"prose": 1}})

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided")]
    assert asked() == {FIRST: MAX_ATTEMPTS}


def test_an_answer_of_the_fallback_is_not_paid_twice(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"next": ["prose", "prose"]})
    analyse(claim_of(team))
    PullRequestAnalysis.objects.all().delete()
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert PullRequestAnalysis.objects.get().llm_model == FALLBACK


def test_an_undecided_one_gets_another_attempt_in_each_later_run_and_not_for_ever(
    team, claim_of, pull_requests, groq
):
    pull_requests(1)
    groq.change({"faults": {"prose": 1}})
    calls = []

    for _ in range(ATTEMPTS_IN_ALL):
        rows().filter(pk=team.pk).update(onboarding_pipeline_started_at=timezone.now())
        before = groq.counts["chat"]
        analyse(claim_of(team))
        analyse(claim_of(team))  # the other phase, or after a crash: the same run
        calls.append(groq.counts["chat"] - before)

    assert calls == [MAX_ATTEMPTS, 1, 1, 1, 1, 0, 0]
    assert states(team) == [("U", "undecided")]
    assert [bool(model_for(n)) for n in range(6)] == [False, False, True, False, False, True]


def test_the_night_after_prose_finds_an_answer(team, claim_of, pull_requests, groq):
    pull_requests(4, body=DISCLOSURE)
    groq.change({"faults": {"prose": 1}})
    analyse(claim_of(team))
    assert states(team) == [("U", "undecided")] * 4
    groq.change({"faults": {}})
    rows().filter(pk=team.pk).update(onboarding_pipeline_started_at=timezone.now())

    analyse(claim_of(team))

    assert states(team) == [("C", "done")] * 4
