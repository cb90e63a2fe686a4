"""Without a usable key, or switched off, the model is left out and the marks decide."""

import pytest

from apps.llm.analyse import analyse, analyse_older
from apps.llm.progress import analysed_of
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.llm.looking import FOOTER, llm_progress, states

pytestmark = pytest.mark.django_db


def test_a_key_that_is_refused_is_tried_once(team, claim_of, pull_requests, groq, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    settings.GROQ_API_KEY = "gsk_of_somebody_else"
    pull_requests(10)

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert groq.counts["answered 401"] == 1
    assert llm_progress(team) == 0
    assert "refuses the key" in analysed_of(team).reason


def test_without_a_key_marks_decide_and_the_rest_is_not_analysed_yet(team, claim_of, pull_requests):
    pull_requests(1, body=FOOTER)
    pull_requests(2)

    analyse(claim_of(team))

    assert states(team) == [("U", "pending"), ("U", "pending"), ("B", "pending")]
    assert "3 not analysed yet" in analysed_of(team).sentence
    assert "GROQ_API_KEY" in analysed_of(team).sentence


def test_a_team_that_switched_the_model_off_is_judged_by_marks_and_nothing_is_sent(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=FOOTER)
    pull_requests(1)
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert states(team) == [("D", "off"), ("B", "off")]
    assert "switched off" in analysed_of(team).sentence


def test_the_switch_can_be_turned_either_way(team, claim_of, pull_requests, groq, settings):
    key, settings.GROQ_API_KEY = settings.GROQ_API_KEY, ""
    pull_requests(2)
    analyse(claim_of(team))
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)
    analyse(claim_of(team))
    assert states(team) == [("D", "off")] * 2
    Team.objects.filter(pk=team.pk).update(llm_enabled=True)
    settings.GROQ_API_KEY = key

    analyse(claim_of(team))

    assert states(team) == [("D", "done")] * 2


def test_a_switch_that_is_turned_off_during_the_step_stops_the_questions(
    team, claim_of, pull_requests, groq
):
    pull_requests(2)
    claim = claim_of(team)
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)

    analyse(claim)

    assert groq.counts["chat"] == 0
    assert states(team) == [("U", "pending")] * 2
    assert "The language model was switched off for this team." in analysed_of(team).sentence
