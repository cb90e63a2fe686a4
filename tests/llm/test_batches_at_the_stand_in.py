"""Against the Groq of ../shared, which was written from Groq's documentation and not by us."""

import json
import time
from contextlib import contextmanager

import httpx
import pytest

from apps.llm.models import LlmBatch
from apps.llm.progress import analysed_of
from apps.operations.ports import free_port, wait_until_listening
from apps.operations.supervise import Supervisor
from tests.journeys.stand_ins import needs_shared, script
from tests.llm.batches import BATCH, LIVE, batch_states, line_states, look, paid

pytestmark = [pytest.mark.shared, needs_shared, pytest.mark.django_db]


@contextmanager
def groq_of_shared(folder, settings, *, tier="developer", **faults):
    port = free_port()
    options = ("--seconds", "0.01", "--batch-seconds", "3", "--faults", json.dumps(faults))
    with Supervisor() as supervisor:
        supervisor.start(script(folder, "groq", "--port", str(port), "--tier", tier, *options))
        wait_until_listening(port, name="the stand-in", seconds=60, tend=supervisor.tend)
        settings.GROQ_BASE_URL = f"http://127.0.0.1:{port}"
        settings.GROQ_API_KEY = "gsk_standin"
        settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
            "llm_batch_api_from": 20,
            "llm_batch_lines": 20,
        }
        yield settings.GROQ_BASE_URL


def until_done(team, claim_of):
    states = []
    for _ in range(20):
        if look(team, claim_of) is None:
            return states
        states += LlmBatch.objects.values_list("groq_status", flat=True)
        time.sleep(0.5)
    raise AssertionError(f"not done: {states}")


@pytest.mark.parametrize(
    ("faults", "live"),
    [
        ({}, 0),
        ({"batch_lines": 1}, 2),
        ({"batch_end": "expired"}, 20),
        ({"batch_end": "failed"}, 40),
    ],
    ids=["completed", "lines fail", "expired", "failed"],
)
def test_two_batches_end_and_everything_is_analysed(
    team, claim_of, pull_requests, settings, tmp_path, faults, live
):
    pull_requests(40)
    with groq_of_shared(tmp_path, settings, **faults) as url:
        assert look(team, claim_of) is not None
        if "batch_end" in faults:  # the batches have their end by now; live calls trip over it
            httpx.post(f"{url}/__control", json={"faults": {}})
        seen = until_done(team, claim_of)
        counts = httpx.get(f"{url}/__stats").json()["counts"]

    assert "in_progress" in seen
    assert batch_states() == ["read"] * 2
    assert analysed_of(team).analysed == 40
    answered = line_states().count("answered")
    assert (answered, paid(BATCH), paid(LIVE)) == (40 - live, 40 - live, live)
    assert (counts["batches"], counts.get("chat", 0)) == (2, live)


def test_a_free_key_has_no_batches(team, claim_of, pull_requests, settings, tmp_path):
    pull_requests(20)
    with groq_of_shared(tmp_path, settings, tier="free"):
        look(team, claim_of)

    assert batch_states() == ["given_up"]
    assert paid(LIVE) >= 3
