"""One run's line: what is waited out, what is tried again, and what stops the run."""

import json
import logging
import threading
import time

import httpx
import pytest

from apps.llm.client import (
    GroqClient,
    GroqRateLimited,
    GroqUnavailable,
    KeyRejected,
    ModelMissing,
    NotPermitted,
    RequestTooLarge,
)
from apps.llm.limits.limits import Priority
from apps.llm.prompts import Question
from apps.llm.service import FAILURES_IN_A_ROW, Service, Stopped, tokens_in
from tests.llm.replying import completion, error

OTHER = "openai/gpt-oss-120b"
QUESTION = Question("TITLE\nA change")


class FakeGroq:
    """Answers what it is told to, then well; remembers what it was asked."""

    def __init__(self):
        self.next: list[httpx.Response] = []
        self.asked: list[dict] = []
        self.of_other: httpx.Response | None = None

    def __call__(self, request):
        body = json.loads(request.content)
        self.asked.append(body)
        if self.of_other and body["model"] == OTHER:
            return self.of_other
        return self.next.pop(0) if self.next else httpx.Response(200, json=completion('{"a": 1}'))

    def say(self, status, code="", times=1, message="", **headers):
        body = error(code) | {"error": {"message": message, "code": code}}
        self.next += [httpx.Response(status, json=body, headers=headers) for _ in range(times)]


@pytest.fixture
def fake(settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "retry_delay_seconds": 0.01
    }
    return FakeGroq()


@pytest.fixture
def line(fake):
    """`line(deadline_seconds=1)` makes a run's line to the fake."""
    clients = []

    def make(**more):
        transport = httpx.MockTransport(fake)
        clients.append(GroqClient("gsk_x", base_url="http://groq.test", transport=transport))
        return Service(clients[-1], **more)

    yield make
    for client in clients:
        client.__exit__()


@pytest.mark.parametrize("status", [500, 503, 498, 408])
def test_a_failure_of_the_service_is_tried_once_more(fake, line, status):
    fake.say(status)

    assert line().ask(QUESTION).document == {"a": 1}
    assert len(fake.asked) == 2


def test_after_two_tries_the_caller_is_told_and_the_line_is_open(fake, line):
    fake.say(500, times=2)
    ours = line()

    with pytest.raises(GroqUnavailable):
        ours.ask(QUESTION)

    assert not ours.is_closed()
    assert ours.ask(QUESTION)


def test_so_many_failures_in_a_row_close_the_line_for_now(fake, line):
    fake.say(500, times=10)
    ours = line()

    for _ in range(2):
        with pytest.raises(GroqUnavailable):
            ours.ask(QUESTION)

    assert len(fake.asked) == FAILURES_IN_A_ROW
    assert ours.may_return
    with pytest.raises(Stopped):
        ours.ask(QUESTION)


def test_a_short_limit_is_waited_out_in_the_thread(fake, line):
    fake.say(429, **{"retry-after": "0.2"})
    began = time.monotonic()

    assert line().ask(QUESTION)

    assert time.monotonic() - began >= 0.2
    assert len(fake.asked) == 2


def test_a_short_limit_of_one_run_is_waited_out_by_another(fake, line):
    ours, theirs = line(), line(priority=Priority.PHASE2)
    fake.say(429, **{"retry-after": "0.5"})
    asking = threading.Thread(target=ours.ask, args=(QUESTION,))
    began = time.monotonic()
    asking.start()
    while not fake.asked:
        time.sleep(0.01)
    time.sleep(0.1)

    theirs.ask(QUESTION)

    asking.join()
    assert time.monotonic() - began >= 0.5
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("on tokens per minute (TPM)", "40"),
        ("on tokens per day (TPD)", "3600"),
        ("on tokens per day (TPD)", "1e99"),
    ],
)
def test_a_long_limit_closes_the_line_and_says_when_to_come_back(fake, line, message, seconds):
    fake.say(429, message=message, **{"retry-after": seconds})
    ours = line()

    with pytest.raises(GroqRateLimited):
        ours.ask(QUESTION)

    assert (ours.may_return, ours.retry_after) == (True, min(float(seconds), 86_400))
    assert "limit per " in ours.stopped_because
    assert len(fake.asked) == 1
    with pytest.raises(GroqRateLimited):
        line().ask(QUESTION)
    assert len(fake.asked) == 1


def test_what_is_too_large_is_halved_once_and_never_waited_for(fake, line):
    fake.say(413, "rate_limit_exceeded", times=2)
    ours = line()
    began = time.monotonic()

    with pytest.raises(RequestTooLarge):
        ours.ask(Question("x" * 3_000))

    first, second = (len(body["messages"][1]["content"]) for body in fake.asked)
    assert second < first * 0.6
    assert time.monotonic() - began < 30
    assert not ours.is_closed()


@pytest.mark.parametrize(
    ("status", "expected", "sentence"),
    [
        (401, KeyRejected, "GROQ_API_KEY"),
        (403, NotPermitted, "permit"),
        (404, ModelMissing, "GROQ_MODEL"),
    ],
)
def test_what_only_a_person_can_mend_stops_the_run_and_is_logged_once(
    fake, line, caplog, status, expected, sentence
):
    fake.say(status)
    ours = line()

    with caplog.at_level(logging.ERROR), pytest.raises(expected):
        ours.ask(QUESTION)
    with pytest.raises(Stopped):
        ours.ask(QUESTION)

    assert sentence in ours.stopped_because
    assert not ours.may_return
    assert [sentence in record.message for record in caplog.records] == [True]


@pytest.mark.parametrize("status", [403, 404])
def test_the_other_models_absence_does_not_stop_the_run(fake, line, status):
    fake.of_other = httpx.Response(status, json=error("model_not_found"))
    ours = line()

    with pytest.raises(ModelMissing):
        ours.ask(QUESTION, model=OTHER)

    assert ours.ask(QUESTION).model == ours.model
    assert ours.stopped_because == ""


def test_the_other_models_limit_does_not_stop_the_run_and_is_the_reason_for_what_is_left(
    fake, line
):
    fake.of_other = httpx.Response(429, json={}, headers={"retry-after": "50"})
    ours = line()

    with pytest.raises(GroqRateLimited):
        ours.ask(QUESTION, model=OTHER)

    assert ours.ask(QUESTION)
    assert not ours.is_closed()
    assert (ours.may_return, ours.retry_after) == (True, 50.0)
    assert "limit" in ours.stopped_because


def test_nobody_waits_in_line_beyond_the_deadline(fake, line):
    fake.say(429, **{"retry-after": "4"})
    ours = line(deadline_seconds=0.3)

    with pytest.raises(Stopped, match="time for this step"):
        ours.ask(QUESTION)

    assert len(fake.asked) == 1


def test_a_line_that_is_stopped_lets_those_go_that_wait(fake, line):
    fake.say(429, **{"retry-after": "4"})
    ours = line()
    threading.Timer(0.2, ours.stop, ["The budget of the day is used up."]).start()

    with pytest.raises(Stopped, match="budget"):
        ours.ask(QUESTION)

    assert not ours.may_return


def test_what_a_call_takes_is_its_text_and_the_longest_answer(fake, line):
    assert tokens_in("word", "0123", "漢字漢字") == 5

    ours = line()
    for _ in range(40):  # of 2,500 tokens each, were nothing given back
        ours.complete(system="s" * 400, user="u", max_tokens=2_300)
        fake.next = [with_budget() for _ in range(1)]
    assert len(fake.asked) == 40


def with_budget():
    headers = {"x-ratelimit-limit-tokens": "250000", "x-ratelimit-remaining-tokens": "249000"}
    return httpx.Response(200, json=completion('{"a": 1}'), headers=headers)
