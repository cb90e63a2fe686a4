"""What is no answer is none, whatever it looks like; and what it has cost is known."""

import json
import time
import traceback

import httpx
import pytest

from apps.llm.client import (
    LONGEST_REPLY,
    AnswerInvalid,
    GroqRateLimited,
    GroqUnavailable,
    Usage,
)
from apps.llm.replies import MOST_TOKENS
from tests.llm.replying import ask, asking, completion, error, replying


@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1}{"a": 2}',
        '{"a": 1} and more',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        "[" * 100_000,
        '{"a": ' + "9" * 5_000 + "}",
    ],
    ids=["two", "more", "nan", "infinity", "huge", "deep", "digits"],
)
def test_a_document_that_is_no_single_plain_object_is_invalid(content):
    with pytest.raises(AnswerInvalid):
        ask(replying(200, completion(content)))


@pytest.mark.parametrize(
    "body",
    [
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"finish_reason": "stop", "message": {"content": ["{}"]}}]},
        {"choices": [{"finish_reason": "stop"}], "usage": "much"},
        [],
        "text",
    ],
)
def test_a_reply_of_another_shape_is_invalid(body):
    with pytest.raises(AnswerInvalid):
        ask(asking(lambda request: httpx.Response(200, json=body)))


def test_a_reply_of_a_megabyte_is_invalid():
    long = json.dumps(completion('{"a": "' + "x" * 1_000_000 + '"}')).encode()

    with pytest.raises(AnswerInvalid):
        ask(asking(lambda request: httpx.Response(200, content=iter([long]))))


def test_a_reply_that_trickles_in_is_not_waited_for_beyond_the_time_of_a_call():
    def trickle():
        for _ in range(600):
            time.sleep(0.1)
            yield b" "

    began = time.monotonic()
    with pytest.raises(GroqUnavailable) as caught:
        ask(asking(lambda request: httpx.Response(200, content=trickle()), timeout=0.5))

    assert caught.value.may_count
    assert time.monotonic() - began < 60


def test_no_more_is_read_of_a_reply_than_an_answer_may_have():
    read_of_it = []

    def endless():
        while True:
            read_of_it.append(1)
            yield b" " * 65_536

    with pytest.raises(AnswerInvalid):
        ask(asking(lambda request: httpx.Response(200, content=endless())))
    with pytest.raises(GroqUnavailable):
        ask(asking(lambda request: httpx.Response(500, content=endless())))

    assert len(read_of_it) <= 2 * LONGEST_REPLY / 65_536


def test_an_answer_of_no_use_says_what_it_has_cost():
    with pytest.raises(AnswerInvalid) as caught:
        ask(replying(200, completion("Sure! Here is", "length")))

    assert caught.value.usage == Usage(prompt_tokens=5, completion_tokens=7)
    with pytest.raises(AnswerInvalid) as refused:
        ask(replying(400, error("json_validate_failed")))
    assert refused.value.usage is None


def test_cached_tokens_are_known_and_the_model_is_the_one_that_was_asked():
    body = completion('{"a": 1}')
    body["usage"]["prompt_tokens_details"] = {"cached_tokens": 4}

    found = ask(replying(200, body))

    assert found.usage == Usage(5, 4, 7)
    assert found.model == "openai/gpt-oss-20b"  # not "m", as the reply says


def test_no_call_takes_more_tokens_than_a_row_can_count():
    body = completion('{"a": 1}')
    body["usage"] = {"prompt_tokens": 10**30, "completion_tokens": -1}

    assert ask(replying(200, body)).usage == Usage(MOST_TOKENS, 0, 0)


@pytest.mark.parametrize(
    ("message", "per_day"),
    [
        ("Rate limit reached on tokens per minute (TPM): Limit 8000", False),
        ("Rate limit reached on tokens per day (TPD): Limit 200000", True),
        ("Rate limit reached: RPD", True),
        (None, False),
    ],
)
def test_a_limit_of_the_day_is_told_from_one_of_the_minute(message, per_day):
    with pytest.raises(GroqRateLimited) as caught:
        ask(replying(429, {"error": {"message": message}}))

    assert caught.value.per_day is per_day
    assert "limit" in str(caught.value)


def test_a_traceback_repeats_nothing_of_an_answer():
    bad = error("json_validate_failed") | {"failed_generation": "secret words"}
    for client in (replying(400, bad), replying(200, completion("secret words"))):
        with pytest.raises(AnswerInvalid) as caught:
            ask(client)
        assert "secret" not in "".join(traceback.format_exception(caught.value))
