"""An answer counts only if it has the form, and a disclosure only if its words are really there."""

import time

import pytest

from apps.llm import answers
from apps.llm.answers import SCHEMA, disclosure_in
from apps.llm.client import AnswerInvalid
from apps.llm.texts import CommitText, PullRequestText
from apps.sandbox.completions import strict_flaw

VALID = {
    "ai_disclosed": False,
    "quote": None,
    "tool": None,
    "kind_of_change": "fix",
    "summary": "Mends the clock.",
    "description": "The clock is mended. It was slow.",
    "risk": "low",
    "review_size": "small",
}


def disclosed(quote, tool=None):
    return answers.read(VALID | {"ai_disclosed": True, "quote": quote, "tool": tool})


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


def test_long_texts_are_capped():
    assert len(answers.read(VALID | {"summary": "x" * 5000}).summary) == answers.SUMMARY_CHARS


def test_a_quote_is_found_where_it_stands_letter_by_letter():
    body = "Fixes it.\n\nParts of the code\nwere written by Claude Code, and reviewed."
    text = PullRequestText(title="T", body=body)

    mark = disclosure_in(text, disclosed("Parts of the code were written by Claude Code", "claude"))

    assert mark is not None
    assert (mark.place, mark.tool, mark.strength) == ("body", "claude", "suspected")
    assert body[mark.start : mark.end] == mark.quote
    assert "\n" in mark.quote


def test_a_quote_may_stand_in_a_commit():
    text = PullRequestText(title="T", commits=(CommitText("One"), CommitText("Add tests by AI")))

    mark = disclosure_in(text, disclosed("tests by AI"))

    assert mark is not None
    assert (mark.place, mark.tool) == ("commit 1", "ai")


def test_a_quote_with_a_stand_in_is_found_where_the_word_itself_stands():
    body = "Done.\n@jane-doe and I used ChatGPT, write to o'brien@example.org."
    text = PullRequestText(title="T", body=body)

    mark = disclosure_in(
        text, disclosed("[mention] and I used ChatGPT, write to [e-mail]", "ChatGPT")
    )

    assert mark is not None
    assert mark.tool == "chatgpt"
    assert mark.quote == body[mark.start : mark.end] == body.partition("\n")[2]


def test_a_quote_of_stand_ins_takes_no_more_than_a_moment():
    text = PullRequestText(title="T", body="a" * 65_536)
    started = time.process_time()

    with pytest.raises(AnswerInvalid):
        disclosure_in(text, disclosed("[mention] " * 30))

    assert time.process_time() - started < 1


def test_a_tool_counts_only_if_the_quote_names_it():
    text = PullRequestText(title="T", body="An AI assistant wrote the tests.")

    mark = disclosure_in(text, disclosed("An AI assistant wrote the tests.", "Cursor"))

    assert mark is not None
    assert mark.tool == "ai"


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("Mends the clock.", "written with Claude"),
        ("Mends the clock.", ""),
        ("Mends the clock.", "Mends the clock."),
        ("No AI was used.", "No AI was used."),
        ("AI usage: none", "AI usage: none"),
        ("I did not use AI here.", "I did not use AI"),
        ("> written with Claude", "written with Claude"),
        ("```\nwritten with Claude\n```", "written with Claude"),
        ("<!-- written with Claude -->", "written with Claude"),
        ("- [ ] written with AI", "written with AI"),
        ("Written With Claude", "written with Claude"),
    ],
)
def test_a_claim_without_words_that_say_so_decides_nothing(body, quote):
    with pytest.raises(AnswerInvalid):
        disclosure_in(PullRequestText(title="T", body=body), disclosed(quote, "claude"))


def test_no_disclosure_needs_no_quote():
    text = PullRequestText(title="T", body="written with Claude")

    assert disclosure_in(text, answers.read(VALID | {"quote": "written with Claude"})) is None
