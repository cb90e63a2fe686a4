"""Lines of a batch's files: only what was asked for, once, is believed."""

import json

import pytest

from apps.llm.batching.lines import custom_id_of, results_in
from apps.llm.client import AnswerInvalid, GroqError

ASKED = {"pr-1-v2", "pr-2-v2", "pr-3-v2"}


def line(name, status=200, content='{"a": 1}', **more):
    choice = {"index": 0, "message": {"content": content}, "finish_reason": "stop"}
    body = {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    return {"custom_id": name, "response": {"status_code": status, "body": body}, **more}


def file(*lines):
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)


def test_a_line_is_named_after_its_pull_request_and_the_prompt():
    assert custom_id_of(12, "read_pull_request_v2") == "pr-12-read_pull_request_v2"


def test_answers_are_found_by_their_names_in_whatever_order_and_file():
    files = [file(line("pr-3-v2"), line("pr-1-v2")), file(line("pr-2-v2", status=400))]

    found = results_in(files, asked=ASKED)

    assert {name: each.status for name, each in found.by_id.items()} == {
        "pr-1-v2": 200,
        "pr-2-v2": 400,
        "pr-3-v2": 200,
    }
    assert found.ignored == {}


def test_what_was_not_asked_for_or_came_twice_is_counted_and_not_believed():
    files = [
        file(line("pr-1-v2"), line("pr-2-v2"), line("pr-9-v2"), line(7), "{", "[]", "", " "),
        file(line("pr-2-v2", status=400), line("pr-2-v2"), line("pr-1-v1")),
    ]

    found = results_in(files, asked=ASKED)

    assert set(found.by_id) == {"pr-1-v2"}
    assert found.ignored == {"not asked for": 3, "answered twice": 3, "not a JSON object": 2}


def test_other_line_breaks_inside_of_a_line_are_none():
    raw = json.dumps(line("pr-1-v2", content='{"a": "x\u2028y\u0085z"}'), ensure_ascii=False)

    found = results_in([raw], asked=ASKED)

    assert found.by_id["pr-1-v2"].completion("m").document == {"a": "x\u2028y\u0085z"}


def test_a_completion_has_the_model_that_was_asked_and_what_it_cost():
    found = results_in([file(line("pr-1-v2"))], asked=ASKED).by_id["pr-1-v2"]

    completion = found.completion("openai/gpt-oss-20b")

    assert completion.model == "openai/gpt-oss-20b"
    assert (completion.prompt_tokens, completion.completion_tokens) == (7, 3)


@pytest.mark.parametrize(
    ("told", "is_the_questions"),
    [
        (line("pr-1-v2", content="prose"), True),
        ({"custom_id": "pr-1-v2", "response": {"status_code": 200, "body": None}}, True),
        (
            {"custom_id": "pr-1-v2"}
            | {
                "response": {
                    "status_code": 400,
                    "body": {"error": {"code": "json_validate_failed"}},
                }
            },
            True,
        ),
        (line("pr-1-v2", status=500), False),
        (line("pr-1-v2", status=429), False),
        ({"custom_id": "pr-1-v2", "response": None, "error": {"code": "batch_expired"}}, False),
        ({"custom_id": "pr-1-v2", "response": {"status_code": "200"}, "error": "odd"}, False),
        ({"custom_id": "pr-1-v2"}, False),
    ],
)
def test_a_failure_is_the_question_s_or_the_batch_s(told, is_the_questions):
    found = results_in([file(told)], asked=ASKED).by_id["pr-1-v2"]

    with pytest.raises(GroqError) as raised:
        found.completion("m")

    assert isinstance(raised.value, AnswerInvalid) is is_the_questions
