"""Phase one ends at its deadline, newest first, and phase two reads the rest."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import TransientError
from apps.github.models import PullRequest
from apps.llm import analyse as step
from apps.llm.analyse import analyse_older, analyse_recent
from apps.llm.limits.limits import BUSY_WAIT
from apps.llm.marking import mark
from apps.llm.models import PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.llm.looking import entered

pytestmark = pytest.mark.django_db

OUTAGE_WAIT = 10.0  # seconds, the default


@pytest.mark.parametrize(("deadline", "waits"), [(OUTAGE_WAIT + 5, True), (OUTAGE_WAIT, False)])
def test_phase_one_waits_for_an_outage_within_its_deadline(
    team, claim_of, pull_requests, groq, settings, deadline, waits
):
    config = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = config | {"llm_deadline_seconds": deadline}
    pull_requests(3)
    groq.change({"faults": {"503": 1}})

    with pytest.raises(TransientError) if waits else nullcontext():
        analyse_recent(claim_of(team))

    assert analysed_of(team).pending == 3


def test_phase_one_does_not_wait_beyond_its_deadline(team, claim_of, pull_requests, groq, settings):
    config = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = config | {"llm_deadline_seconds": BUSY_WAIT - 1}
    pull_requests(30)
    groq.change({"faults": {"429": 1}})

    analyse_recent(claim_of(team))

    assert analysed_of(team).pending == 30


def test_the_deadline_of_phase_one_counts_from_the_start_of_the_step_not_of_the_worker(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    claim = claim_of(team)
    logged = entered(claim, ago=timedelta(hours=1))

    analyse_recent(claim)

    assert groq.counts["chat"] == 0
    assert claim.seconds_in_step() > 3500
    logged.delete()
    assert claim.seconds_in_step() == 0


def test_marking_takes_its_time_from_the_deadline(
    team, claim_of, pull_requests, groq, settings, monkeypatch
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_deadline_seconds": 60}
    pull_requests(3)
    claim = claim_of(team)

    def slowly(claim):
        mark(claim)
        entered(claim, ago=timedelta(seconds=61))

    monkeypatch.setattr(step, "mark", slowly)
    analyse_recent(claim)

    assert groq.counts["chat"] == 0
    assert "time for this step" in analysed_of(team).reason


def test_phase_one_stops_at_its_deadline_newest_first_and_phase_two_reads_the_rest(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "llm_batch_size": 2,
        "llm_deadline_seconds": 0.5,
    }
    made = pull_requests(12)
    for age, pull_request in enumerate(made):
        PullRequest.objects.filter(pk=pull_request.pk).update(
            updated_at=timezone.now() - timedelta(days=age), fetched_at=timezone.now()
        )
    groq.change({"seconds": 0.2})

    analyse_recent(claim_of(team))

    done = PullRequestAnalysis.objects.filter(llm_state="done")
    assert 0 < done.count() < 12
    newest = [pull_request.pk for pull_request in made[: done.count()]]
    assert set(done.values_list("pull_request", flat=True)) == set(newest)
    assert "not analysed yet" in analysed_of(team).sentence
    groq.change({"seconds": 0})
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    assert analysed_of(team).analysed == 12
    assert Team.objects.get(pk=team.pk).background_llm_progress == 100
