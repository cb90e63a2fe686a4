"""One call in, one document out; every way in which Groq fails has its own error."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from apps.llm.answers import read
from apps.llm.client import (
    AnswerInvalid,
    GroqClient,
    GroqError,
    GroqRateLimited,
    GroqUnavailable,
    KeyRejected,
    ModelMissing,
    NotPermitted,
    RequestRejected,
    RequestTooLarge,
    configured_client,
    seconds_of,
)
from apps.operations.ports import free_port
from tests.llm.replying import ask, asking, completion, error, replying

STANDIN = Path(__file__).parents[3] / "shared" / "standin" / "groq.py"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "json_validate_failed", AnswerInvalid),
        (400, "tool_use_failed", AnswerInvalid),
        (400, "output_parse_failed", AnswerInvalid),
        (400, "invalid_request_error", RequestRejected),
        (401, "invalid_api_key", KeyRejected),
        (403, "permissions_error", NotPermitted),
        (404, "model_not_found", ModelMissing),
        (408, "timeout", GroqUnavailable),
        (413, "rate_limit_exceeded", RequestTooLarge),
        (422, "unprocessable", RequestRejected),
        (429, "rate_limit_exceeded", GroqRateLimited),
        (498, "capacity_exceeded", GroqUnavailable),
        (500, "internal", GroqUnavailable),
        (503, "unavailable", GroqUnavailable),
    ],
)
def test_each_status_has_its_error_and_no_error_repeats_what_was_sent(status, code, expected):
    with pytest.raises(GroqError) as caught:
        ask(replying(status, error(code)))

    assert type(caught.value) is expected
    assert "secret text" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2.0), ("7.5", 7.5), ("", None), ("soon", None), ("nan", None), ("1e99", 86400.0)],
)
def test_a_limit_carries_the_wait_that_groq_named(header, seconds):
    with pytest.raises(GroqRateLimited) as caught:
        ask(replying(429, error("rate_limit_exceeded"), **{"retry-after": header}))

    assert caught.value.retry_after == seconds
    assert seconds_of(None) is None


@pytest.mark.parametrize("key", ["gsk_é", "“gsk_x”", "gsk x", "gsk_x\n"])
def test_a_key_that_no_header_holds_is_refused_and_no_answer_of_no_use(key):
    with GroqClient(key) as client, pytest.raises(KeyRejected, match="GROQ_API_KEY"):
        client.complete(system="s", user="u")


def test_every_call_is_one_request():
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(500, json={})

    with pytest.raises(GroqUnavailable):
        ask(asking(answer))

    assert [request.url.path for request in requests] == ["/openai/v1/chat/completions"]


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError])
def test_no_answer_is_unavailable(failure):
    def answer(request):
        raise failure("gone")

    with pytest.raises(GroqUnavailable):
        ask(asking(answer))


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, json=completion("Sure! Here is", "length")),
        httpx.Response(200, json=completion("Sure! Here is")),
        httpx.Response(200, json=completion("[1, 2]")),
        httpx.Response(200, json=completion(None)),
        httpx.Response(200, json=completion("")),
        httpx.Response(200, json=completion("{}") | {"choices": []}),
        httpx.Response(200, text="<html>proxy</html>"),
        httpx.Response(200, text="{broken", headers={"content-type": "application/json"}),
    ],
)
def test_an_answer_that_is_none_is_invalid(reply):
    with pytest.raises(AnswerInvalid):
        ask(asking(lambda request: reply))


def test_a_document_comes_with_its_price_and_the_schema_was_strict():
    seen = {}

    def answer(request):
        seen.update(json.loads(request.content))
        return httpx.Response(200, json=completion('{"a": 1}'))

    found = ask(asking(answer))

    assert (found.document, found.prompt_tokens, found.completion_tokens) == ({"a": 1}, 5, 7)
    assert seen["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in seen["messages"]] == ["system", "user"]


def test_without_a_schema_the_answer_is_text():
    client = asking(lambda request: httpx.Response(200, json=completion("Two words")))

    with client:
        assert client.complete(system="s", user="u").document == {"text": "Two words"}


def test_without_a_key_there_is_no_client(settings):
    settings.GROQ_API_KEY = ""

    assert configured_client() is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", GroqRateLimited),
        ("429 long", GroqRateLimited),
        ("413", RequestTooLarge),
        ("500", GroqUnavailable),
        ("503", GroqUnavailable),
        ("json", AnswerInvalid),
        ("prose", AnswerInvalid),
    ],
)
def test_the_sandboxs_faults_over_real_http(groq, fault, expected):
    groq.change({"next": [fault]})

    with pytest.raises(expected):
        ask(configured_client())
    assert read(ask(configured_client()).document).ai_disclosed is False


@pytest.fixture(scope="module")
def standin():
    if not STANDIN.exists():
        pytest.skip("../shared is not here")
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, STANDIN, "--port", port, "--seconds", "0", "--tier", "free"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(url)
        yield url
    finally:
        process.kill()  # it would wait for its slow answers
        process.wait(10)


def wait_for(url):
    for _ in range(100):
        try:
            httpx.get(f"{url}/__stats", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {url}")


def control(url, **wishes):
    httpx.post(f"{url}/__control", json={"clear": True} | wishes, timeout=5)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", GroqRateLimited),
        ("429long", GroqRateLimited),
        ("498", GroqUnavailable),
        ("500", GroqUnavailable),
        ("down", GroqUnavailable),
        ("slow", GroqUnavailable),
        ("json", AnswerInvalid),
        ("prose", AnswerInvalid),
    ],
)
def test_the_stand_ins_faults_over_real_http(standin, fault, expected):
    control(standin, faults={fault: 1})

    with pytest.raises(expected):
        ask(GroqClient("gsk_x", base_url=standin, timeout=1))


@pytest.mark.shared
def test_the_stand_in_takes_the_schema_and_refuses_the_rest(standin):
    control(standin, faults={})

    assert read(ask(GroqClient("gsk_x", base_url=standin)).document).ai_disclosed is False
    with pytest.raises(RequestTooLarge):
        ask(GroqClient("gsk_x", base_url=standin), system="s" * 40_000)
    with pytest.raises(KeyRejected):
        ask(GroqClient("wrong", base_url=standin))
    with pytest.raises(ModelMissing):
        ask(GroqClient("gsk_x", base_url=standin, model="llama-3.1-8b-instant"))
    with pytest.raises(ModelMissing):
        ask(GroqClient("gsk_x", base_url=f"{standin}/openai/v1"))
