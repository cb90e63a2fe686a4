"""Groq's files and batches over real HTTP, with Groq's own client: ends, files, faults."""

import json

import groq as sdk
import pytest

from apps.sandbox.server import running
from tests.sandbox.moments import NOW

MODEL = "openai/gpt-oss-20b"
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["summary"],
    "properties": {"summary": {"type": "string"}},
}


@pytest.fixture
def servers():
    with running(now=NOW, small=True) as sandbox:
        yield sandbox


@pytest.fixture
def client(servers):
    with sdk.Groq(api_key=servers.key, base_url=servers.groq_url, max_retries=0) as made:
        yield made


def line(number, model=MODEL):
    answer = {"name": "answer", "strict": True, "schema": SCHEMA}
    return {
        "custom_id": f"line-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": model,
            "messages": [{"role": "user", "content": f"TITLE\nFix number {number} – ä"}],
            "response_format": {"type": "json_schema", "json_schema": answer},
        },
    }


def batch_of(client, lines, **metadata):
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.create(file=("lines.jsonl", content), purpose="batch")
    return client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata=metadata,
    )


def lines_of(client, name):
    return [json.loads(each) for each in client.files.content(name).text().splitlines()]


def test_a_batch_is_answered_in_any_order_and_a_file_that_is_not_there_is_an_empty_object(client):
    batch = batch_of(client, [line(number) for number in range(20)], mergelight="x")

    seen = client.batches.retrieve(batch.id)

    answers = lines_of(client, seen.output_file_id)
    names = [each["custom_id"] for each in answers]
    assert (seen.status, seen.error_file_id) == ("completed", {})
    assert names != sorted(names, key=lambda name: int(name[5:]))
    assert {*names} == {f"line-{number}" for number in range(20)}
    said = {
        each["custom_id"]: json.loads(each["response"]["body"]["choices"][0]["message"]["content"])[
            "summary"
        ]
        for each in answers
    }
    assert said["line-3"] == "Fix number 3 – ä."


def test_lines_that_fail_are_in_the_error_file_of_a_completed_batch(client, servers):
    servers.groq.change({"batches": {"failing": 2}})
    lines = [line(1), line(2), line(3, model="gone")]

    seen = client.batches.retrieve(batch_of(client, lines).id)

    assert seen.status == "completed"
    assert (seen.request_counts.completed, seen.request_counts.failed) == (2, 1)
    status = {
        each["custom_id"]: each["response"]["status_code"]
        for each in lines_of(client, seen.output_file_id) + lines_of(client, seen.error_file_id)
    }
    assert status == {"line-1": 200, "line-2": 400, "line-3": 404}


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_a_batch_that_ends_early_has_what_was_done(client, servers, end):
    servers.groq.change({"batches": {"end": end, "answered": 0.5}})

    seen = client.batches.retrieve(batch_of(client, [line(number) for number in range(4)]).id)

    assert seen.status == end
    assert len(lines_of(client, seen.output_file_id)) == 2
    assert {each["error"]["code"] for each in lines_of(client, seen.error_file_id)} == {
        f"batch_{end}"
    }


def test_a_failed_one_has_no_files_and_says_why(client, servers):
    servers.groq.change({"batches": {"end": "failed"}})

    seen = client.batches.retrieve(batch_of(client, [line(1)]).id)

    assert (seen.status, seen.output_file_id, seen.error_file_id) == ("failed", None, {})
    assert seen.errors.data[0].code == "invalid_method"


def test_a_batch_takes_its_time_and_can_be_cancelled(client, servers):
    servers.groq.change({"batches": {"seconds": 60, "cancel_seconds": 60}})
    batch = batch_of(client, [line(1)])

    assert client.batches.retrieve(batch.id).status == "validating"
    assert client.batches.cancel(batch.id).status == "cancelling"


def test_the_files_are_named_late_if_it_is_switched_so(client, servers):
    servers.groq.change({"batches": {"late": 1}})
    batch = batch_of(client, [line(1)])

    assert batch.status == "completed"
    assert batch.output_file_id is None
    assert client.batches.retrieve(batch.id).output_file_id is not None


def test_the_list_has_the_newest_first_and_pages(client, servers):
    servers.groq.change({"batches": {"page": 2}})
    made = [batch_of(client, [line(1)], mergelight=str(number)).id for number in range(3)]

    first = client.batches.list()
    further = client.batches.list(
        extra_query={"cursor": first.model_extra["paging"]["next_cursor"]}
    )

    assert [each.id for each in (*first.data, *further.data)] == made[::-1]
    assert further.model_extra["paging"] == {"next_cursor": None}
    assert further.data[0].metadata == {"mergelight": "0"}


def test_a_plan_without_batches_is_refused(client, servers):
    servers.groq.change({"batches": {"no_plan": True}})

    with pytest.raises(sdk.PermissionDeniedError) as refused:
        batch_of(client, [line(1)])

    assert refused.value.body["error"]["code"] == "not_available_for_plan"


def test_files_are_deleted_unless_that_fails(client, servers):
    seen = client.batches.retrieve(batch_of(client, [line(1)]).id)
    servers.groq.change({"batches": {"keeps": True}})
    with pytest.raises(sdk.InternalServerError):
        client.files.delete(seen.output_file_id)

    servers.groq.change({"batches": {}})
    client.files.delete(seen.output_file_id)

    with pytest.raises(sdk.NotFoundError):
        client.files.content(seen.output_file_id)
    assert [each.id for each in client.files.list().data] == [seen.input_file_id]


def test_what_hangs_up_was_done(client, servers):
    servers.groq.change({"batches": {"hangs_up": "create"}})
    with pytest.raises(sdk.APIConnectionError):
        batch_of(client, [line(1)], mergelight="x")

    assert [each.metadata for each in client.batches.list().data] == [{"mergelight": "x"}]


def test_a_switch_that_is_not_there_is_refused(servers):
    with pytest.raises(ValueError, match="no such switch"):
        servers.groq.change({"batches": {"ends": "expired"}})
    with pytest.raises(ValueError, match="no such end"):
        servers.groq.change({"batches": {"end": "vanished"}})
