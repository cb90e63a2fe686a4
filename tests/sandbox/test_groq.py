"""Groq over real HTTP, with Groq's own client: strict schemas, limits in headers, faults."""

import json

import groq as sdk
import pytest

from apps.llm.answers import SCHEMA
from apps.sandbox.server import running
from tests.sandbox.moments import NOW

MODEL = "openai/gpt-oss-20b"
PROMPT = "TITLE\nFix a race in tides\n\nDESCRIPTION\nI drafted this with ChatGPT.\n\nCOMMITS\n- x"


@pytest.fixture
def servers():
    with running(now=NOW, small=True) as sandbox:
        yield sandbox


@pytest.fixture
def client(servers):
    with sdk.Groq(api_key=servers.key, base_url=servers.groq_url, max_retries=0) as made:
        yield made


def asked(schema=SCHEMA, prompt=PROMPT, model=MODEL):
    return {
        "model": model,
        "messages": [{"role": "system", "content": "Read."}, {"role": "user", "content": prompt}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": schema},
        },
    }


def test_the_products_own_question_is_answered(client):
    reply = client.chat.completions.create(**asked())

    said = json.loads(reply.choices[0].message.content)
    assert said["ai_disclosed"] is True
    assert said["quote"] == "I drafted this with ChatGPT."
    assert said["kind_of_change"] == "fix"
    assert said["summary"] == "Fix a race in tides."
    assert said["description"].startswith("Fix a race in tides. The risk of")
    assert reply.usage.total_tokens > reply.usage.prompt_tokens > 0


def test_the_headers_tell_the_limits(client):
    reply = client.chat.completions.with_raw_response.create(**asked())

    assert int(reply.headers["x-ratelimit-remaining-tokens"]) > 0
    assert reply.headers["x-ratelimit-reset-tokens"].endswith("s")


def test_a_question_without_a_schema_gets_prose(client):
    messages = [{"role": "user", "content": "merged: 135\nmedian cycle time: 23.4 h"}]

    reply = client.chat.completions.create(model=MODEL, messages=messages)

    assert reply.choices[0].message.content == "Merged: 135. Median cycle time: 23.4 h."


def test_an_open_object_is_refused_as_groq_does(client):
    with pytest.raises(sdk.BadRequestError, match="additionalProperties"):
        client.chat.completions.create(**asked(schema={"type": "object", "properties": {}}))


def test_a_model_that_is_gone_is_not_found(client):
    with pytest.raises(sdk.NotFoundError, match="does not exist"):
        client.chat.completions.create(**asked(model="llama-3.1-8b-instant"))


def test_another_key_is_refused(servers):
    with (
        sdk.Groq(api_key="gsk_other", base_url=servers.groq_url, max_retries=0) as client,
        pytest.raises(sdk.AuthenticationError),
    ):
        client.models.list()


def test_faults_are_groqs_own(client, servers):
    servers.groq.change({"next": ["429", "503", "json", "prose"]})

    with pytest.raises(sdk.RateLimitError) as limited:
        client.chat.completions.create(**asked())
    with pytest.raises(sdk.InternalServerError):
        client.chat.completions.create(**asked())
    with pytest.raises(sdk.BadRequestError, match="json_validate_failed"):
        client.chat.completions.create(**asked())
    cut = client.chat.completions.create(**asked()).choices[0]

    assert limited.value.response.headers["retry-after"] == "1"
    assert cut.finish_reason == "length"


def test_the_models_are_listed(client):
    assert MODEL in [model.id for model in client.models.list().data]
