"""What Groq tells of files and batches, in each shape that was seen, as values and typed errors."""

import httpx
import pytest

from apps.llm.batching.client import BatchClient, BatchesRefused, NotThere, RemoteBatch
from apps.llm.client import (
    AnswerInvalid,
    GroqRateLimited,
    GroqUnavailable,
    KeyRejected,
    RequestRejected,
)

TOLD = {
    "id": "batch_1",
    "object": "batch",
    "status": "completed",
    "output_file_id": "file_out",
    "error_file_id": {},
    "errors": {},
    "failed_at": {},
    "request_counts": {"total": 3, "completed": 3, "failed": 0},
    "metadata": {"mergelight": "abc", "other": 1},
}


def client_of(*answers):
    """A client of a Groq that gives these answers, one each, and the requests that it has got."""
    left, requests = list(answers), []

    def answer(request):
        requests.append(request)
        status, body = left.pop(0)
        if isinstance(body, Exception):
            raise body
        is_text = isinstance(body, str)
        return httpx.Response(status, **({"text": body} if is_text else {"json": body}))

    return BatchClient("gsk_x", transport=httpx.MockTransport(answer)), requests


def test_what_is_not_there_is_an_empty_object_or_null_and_neither_is_a_name():
    client, _ = client_of((200, TOLD), (200, TOLD | {"output_file_id": None, "metadata": {}}))

    full, empty = client.look("batch_1"), client.look("batch_1")

    assert full == RemoteBatch(
        "batch_1", "completed", "abc", output_file="file_out", total=3, answered=3
    )
    assert (full.has_ended, full.has_its_files, full.files) == (True, True, ["file_out"])
    assert (empty.has_ended, empty.has_its_files, empty.tag) == (True, False, "")


@pytest.mark.parametrize(
    ("told", "has_its_files"),
    [
        ({"output_file_id": {}, "request_counts": None}, False),
        (
            {"output_file_id": {}, "request_counts": {"total": 3, "completed": 0, "failed": 0}},
            False,
        ),
        ({"status": "expired", "output_file_id": None}, False),
        ({"status": "expired", "output_file_id": None, "request_counts": None}, False),
        (
            {"status": "expired", "output_file_id": {}}
            | {"request_counts": {"total": 3, "completed": 0, "failed": 0}},
            True,
        ),
        ({"request_counts": {"total": 3, "completed": 2, "failed": 1}}, False),
        (
            {"error_file_id": "file_err"}
            | {"request_counts": {"total": 3, "completed": 2, "failed": 1}},
            True,
        ),
        ({"request_counts": {"total": 3, "completed": 2, "failed": 0}}, True),
        ({"status": "failed", "output_file_id": {}, "request_counts": None}, True),
    ],
)
def test_an_ended_batch_is_read_when_it_names_the_files_that_its_numbers_promise(
    told, has_its_files
):
    client, _ = client_of((200, TOLD | told))

    assert client.look("batch_1").has_its_files is has_its_files


@pytest.mark.parametrize(
    "errors",
    [
        {"data": [{"code": "invalid_method", "message": "secret words"}]},
        [{"code": "invalid_method", "message": "secret words"}],
    ],
)
def test_why_a_batch_was_refused_is_a_code_in_either_form(errors):
    client, _ = client_of((200, TOLD | {"status": "failed", "errors": errors}))

    assert client.look("batch_1").problem == "invalid_method"


def test_the_list_is_followed_to_its_end_and_no_cursor_twice():
    other = TOLD | {"id": "batch_0", "metadata": {}}
    page = {"object": "list", "data": [other], "paging": {"next_cursor": "c1"}}
    last = {"object": "list", "data": [TOLD], "paging": {"next_cursor": None}}
    client, requests = client_of((200, page), (200, last), (200, page), (200, page))

    assert client.find("abc").id == "batch_1"
    assert client.find("never sent") is None

    assert [dict(request.url.params) for request in requests] == [{}, {"cursor": "c1"}] * 2


def test_a_batch_is_made_for_a_day_with_our_name_on_it():
    client, requests = client_of((200, TOLD))

    client.create("file_in", tag="abc")

    assert requests[0].url.path == "/openai/v1/batches"
    assert b'"completion_window":"24h"' in requests[0].content
    assert b'"metadata":{"mergelight":"abc"}' in requests[0].content


def said(code):
    return {"error": {"message": "Some words.", "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, said("invalid_api_key"), KeyRejected),
        (403, said("not_available_for_plan"), BatchesRefused),
        (403, said("permissions_error"), BatchesRefused),
        (404, said("not_found"), NotThere),
        (404, "<html>", NotThere),
        (405, "no", RequestRejected),
        (400, said("invalid_request_error"), RequestRejected),
        (413, said("too_large"), RequestRejected),
        (429, said("rate_limit_exceeded"), GroqRateLimited),
        (498, said("capacity_exceeded"), GroqUnavailable),
        (500, said("internal"), GroqUnavailable),
        (503, "<html>", GroqUnavailable),
        (0, httpx.ConnectError("refused"), GroqUnavailable),
        (0, httpx.ReadTimeout("late"), GroqUnavailable),
        (200, "not JSON", AnswerInvalid),
        (200, {"object": "chat.completion"}, AnswerInvalid),
        (200, [], AnswerInvalid),
    ],
)
def test_each_failure_is_a_typed_error_after_one_request(status, body, error):
    client, requests = client_of((status, body))

    with pytest.raises(error) as raised:
        client.look("batch_1")

    assert len(requests) == 1
    assert "Some words" not in str(raised.value)


def test_a_file_without_a_name_is_no_file():
    client, _ = client_of((200, {"object": "file"}))

    with pytest.raises(AnswerInvalid):
        client.upload(b"{}")
