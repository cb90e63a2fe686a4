"""`manage.py detect --llm`: the model reads what has no marks, with Groq's own faults."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.llm.looking import DISCLOSURE, FOOTER

ITEMS = [
    {"id": 1, "repo": "acme/secret-repo", "title": "Add a clock", "body": FOOTER},
    {"id": 2, "title": "Add a clock", "body": f"Adds it. {DISCLOSURE}"},
    {"id": 3, "title": "Add a clock", "body": "Adds it. No AI was used."},
    {"id": 4, "title": "Add a clock", "body": "Half a letter: \ud800"},
]


def detect(tmp_path, items=ITEMS, **options):
    source, out, err = tmp_path / "in.jsonl", tmp_path / "out.jsonl", StringIO()
    source.write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    call_command("detect", source, out=out, stdout=StringIO(), stderr=err, **options)
    lines = out.read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}, err.getvalue()


def test_what_the_author_says_in_words_counts_with_the_model_and_not_without(tmp_path, groq):
    without, _ = detect(tmp_path)
    found, told = detect(tmp_path, llm=True)

    assert {pk: row["class"] for pk, row in without.items()} == {1: "B", 2: "D", 3: "D", 4: "D"}
    assert {pk: row["class"] for pk, row in found.items()} == {1: "B", 2: "C", 3: "D", 4: "D"}
    assert [pk for pk, row in found.items() if row["is_ai_assisted"]] == [1, 2]
    (quote,) = found[2]["evidence"]
    assert (quote["kind"], quote["quote"], quote["tool"]) == ("quote", DISCLOSURE, "chatgpt")
    assert found[2]["tools"] == ["chatgpt"]
    assert found[2]["summary"] == "Add a clock."
    assert "3 of 3 without marks read" in told
    assert "Tokens:" in told


def test_only_what_has_no_marks_is_asked(tmp_path, groq):
    detect(tmp_path, ITEMS[:1] * 3, llm=True)

    assert groq.stats()["counts"].get("chat", 0) == 0


def test_without_a_key_it_says_so_and_writes_nothing(tmp_path, settings):
    settings.GROQ_API_KEY = ""

    with pytest.raises(CommandError, match="GROQ_API_KEY"):
        detect(tmp_path, llm=True)

    assert not (tmp_path / "out.jsonl").exists()


def test_a_bad_answer_is_asked_for_again(tmp_path, groq):
    groq.change({"next": ["prose", "json"]})

    found, _ = detect(tmp_path, ITEMS[1:2], llm=True)

    assert found[2]["class"] == "C"


def test_three_bad_answers_leave_it_undecided_with_the_reason(tmp_path, groq):
    groq.change({"faults": {"prose": 1.0}})

    found, _ = detect(tmp_path, ITEMS[:2], llm=True)

    assert (found[1]["class"], found[2]["class"]) == ("B", "U")
    assert found[2]["is_ai_assisted"] is False
    assert "cut off" in found[2]["reason"]


def test_a_service_that_is_down_leaves_the_rest_undecided_with_the_reason(tmp_path, groq):
    groq.change({"faults": {"503": 1.0}})

    found, told = detect(tmp_path, llm=True)

    assert [row["class"] for row in found.values()] == ["B", "U", "U", "U"]
    assert all(found[pk]["reason"] for pk in (2, 3, 4))
    assert told


def test_a_refused_key_is_said(tmp_path, groq, settings):
    settings.GROQ_API_KEY = "gsk_other"

    found, told = detect(tmp_path, ITEMS[1:], llm=True)

    assert {row["class"] for row in found.values()} == {"U"}
    assert "refuses the key" in told
