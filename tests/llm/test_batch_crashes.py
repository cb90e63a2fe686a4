"""A process may die between any two steps of a batch: the next goes on, and pays nothing twice."""

import pytest
from django.db.models import F

from apps.llm.batching import ending, reading, sending
from apps.llm.batching.client import BatchClient
from apps.llm.models import LlmAnswer, LlmBatch, LlmBatchLine
from apps.pipeline.claims import Claim, TicketLost
from apps.pipeline.rows import rows
from tests.llm.batches import BATCH, LIVE, batch_states, files_at, line_states, look, looks, paid
from tests.llm.looking import states

pytestmark = pytest.mark.django_db


class Died(BaseException):
    """As a process that is killed: nothing catches it."""


@pytest.fixture
def dies_after(monkeypatch):
    """`dies_after(owner, "name")`: the real thing is done once, and nothing after it."""

    def arm(owner, name, *, calls=1):
        original = getattr(owner, name)
        left = [calls]

        def doing(*args, **kwargs):
            done = original(*args, **kwargs)
            left[0] -= 1
            if left[0] == 0:
                raise Died
            return done

        monkeypatch.setattr(owner, name, doing)

    return arm


SENDING = {
    "its row": (sending, "_prepare"),
    "the upload": (BatchClient, "upload"),
    "the batch": (BatchClient, "create"),
    "its row's last": (sending, "_store_sent"),
}


@pytest.mark.parametrize("after", SENDING)
def test_a_death_while_sending_pays_for_one_batch(
    team, claim_of, pull_requests, batched, dies_after, after
):
    pull_requests(5)
    dies_after(*SENDING[after])
    with pytest.raises(Died):
        look(team, claim_of)
    assert len(LlmBatch.objects.all()) == 1

    looks(team, claim_of)

    assert states(team) == [("D", "done")] * 5
    assert (batched.counts["batches"], batched.counts["batch lines"]) == (1, 5)
    assert batched.counts["chat"] == 0
    assert (batch_states(), paid(BATCH)) == (["read"], 5)


@pytest.mark.parametrize("what", ["upload", "create"])
def test_an_answer_that_never_arrives_is_waited_for_and_the_batch_is_found_again(
    team, claim_of, pull_requests, batched, what
):
    pull_requests(5)
    batched.change({"batches": {"hangs_up": what, "page": 1}})

    wait = look(team, claim_of)

    assert (str(wait), wait.counts) == ("Groq did not answer.", False)
    assert batch_states() == ["preparing"]
    batched.change({"batches": {}})
    assert len(looks(team, claim_of)) == 1
    assert (batched.counts["batches"], paid(BATCH), paid(LIVE)) == (1, 5, 0)


def test_the_batch_is_found_on_a_later_page_of_the_list(
    team, claim_of, pull_requests, batched, dies_after
):
    pull_requests(5)
    dies_after(BatchClient, "create")
    with pytest.raises(Died):
        look(team, claim_of)
    batched.change({"batches": {"page": 1}})
    with BatchClient("gsk_sandbox_x") as client:
        for _ in range(3):  # others' with the same key
            client.create(
                client.upload(b'{"custom_id": "x", "body": {}}'), tag="of another installation"
            )

    assert str(look(team, claim_of)).startswith("Groq reads 5 pull requests")
    assert looks(team, claim_of) == []
    assert paid(BATCH) == 5


READING = {
    "a chunk": (reading.Reading, "store", 2),
    "all chunks": (reading.Reading, "store", 3),
    "the end": (reading, "read", 1),
    "a file's deletion": (ending, "_delete", 1),
}


@pytest.mark.parametrize("after", READING)
def test_a_death_while_reading_stores_and_pays_each_answer_once(
    team, claim_of, pull_requests, batched, dies_after, monkeypatch, after, sandbox
):
    monkeypatch.setattr(reading, "CHUNK", 2)
    pull_requests(5)
    files = files_at(sandbox)
    look(team, claim_of)
    owner, name, calls = READING[after]
    monkeypatch.setattr("apps.llm.batching.looking.read", lambda *args: reading.read(*args))
    dies_after(owner, name, calls=calls)
    with pytest.raises(Died):
        look(team, claim_of)

    assert looks(team, claim_of) == []

    assert states(team) == [("D", "done")] * 5
    assert (paid(BATCH), LlmAnswer.objects.count()) == (5, 5)
    assert batched.counts["chat"] == 0
    assert (batch_states(), line_states()) == (["read"], ["answered"] * 5)
    assert files_at(sandbox) == files


def test_files_that_cannot_be_deleted_are_deleted_by_a_later_run(
    team, claim_of, pull_requests, batched, sandbox
):
    files = files_at(sandbox)
    pull_requests(2)
    look(team, claim_of)
    batched.change({"batches": {"keeps": True}})
    assert looks(team, claim_of) == []
    assert (batch_states(), len(files_at(sandbox)) - len(files)) == (["read"], 2)

    batched.change({"batches": {}})
    assert looks(team, claim_of) == []

    assert files_at(sandbox) == files
    assert paid(BATCH) == 2


def test_a_file_that_is_not_read_now_is_read_later(team, claim_of, pull_requests, batched):
    pull_requests(3)
    look(team, claim_of)
    batched.change({"batches": {"hangs_up": "read"}})

    wait = look(team, claim_of)

    assert (str(wait), wait.counts) == ("Groq did not answer.", False)
    batched.change({"batches": {}})
    assert looks(team, claim_of) == []
    assert (paid(BATCH), paid(LIVE)) == (3, 0)


def test_a_worker_that_has_lost_its_ticket_cancels_only_what_nobody_knows_of(
    team, claim_of, pull_requests, batched, monkeypatch
):
    pull_requests(2)
    batched.change({"batches": {"seconds": 600}})
    original = sending._store_sent

    def late(*args):
        rows().filter(pk=team.pk).update(pipeline_ticket=F("pipeline_ticket") + 1)
        if forget:
            LlmBatch.objects.all().delete()
        original(*args)

    monkeypatch.setattr(sending, "_store_sent", late)
    forget = False
    with pytest.raises(TicketLost):
        look(team, claim_of)
    assert (batch_states(), batched.counts["batches cancelled"]) == (["preparing"], 0)

    LlmBatchLine.objects.all().delete()
    LlmBatch.objects.all().delete()
    forget = True
    with pytest.raises(TicketLost):
        look(team, claim_of)
    assert batched.counts["batches cancelled"] == 1


def test_two_workers_cannot_both_store_what_was_read(team, claim_of, pull_requests, batched):
    pull_requests(3)
    look(team, claim_of)
    stale: Claim = claim_of(team)
    batch = LlmBatch.objects.get()
    claim_of(team)  # another worker has the step now
    with BatchClient("gsk_sandbox_x") as client, pytest.raises(TicketLost):
        reading.read(stale, client, batch, client.look(batch.batch_id))

    assert (line_states(), paid(BATCH)) == (["open"] * 3, 0)
