"""Class and tools derive from a person's word, else from evidence and the model's state alone."""

import pytest

from apps.llm.markers import AGENT, DECLARED, SUSPECTED, WEAK, Mark
from apps.llm.models import Correction
from apps.llm.verdict import Verdict, decide


def mark(strength, tool="claude"):
    return Mark("kind", "place", tool, "quote", strength=strength)


@pytest.mark.parametrize("state", ["pending", "done", "undecided", "off"])
@pytest.mark.parametrize(
    ("strengths", "ai_class"),
    [
        ([AGENT], "A"),
        ([DECLARED, AGENT, SUSPECTED], "A"),
        ([DECLARED], "B"),
        ([WEAK], "B"),
        ([SUSPECTED, WEAK], "B"),
        ([SUSPECTED], "C"),
    ],
)
def test_the_strongest_evidence_decides_whatever_the_model_does(strengths, ai_class, state):
    assert decide([mark(each) for each in strengths], llm_state=state).ai_class == ai_class


@pytest.mark.parametrize(
    ("state", "ai_class"), [("pending", "U"), ("undecided", "U"), ("done", "D"), ("off", "D")]
)
def test_without_evidence_it_is_undecided_until_every_rule_has_run(state, ai_class):
    verdict = decide([], llm_state=state)

    assert verdict.ai_class == ai_class
    assert verdict.tools == ()


def test_tools_are_sorted_and_an_unnamed_one_gives_way():
    pieces = [mark(DECLARED, "ai"), mark(DECLARED, "cursor"), mark(WEAK, "claude")]

    assert decide(pieces, llm_state="done").tools == ("claude", "cursor")
    assert decide(pieces[:1], llm_state="done").tools == ("ai",)


@pytest.mark.parametrize("state", ["pending", "done", "undecided", "off"])
def test_where_not_all_was_read_no_sign_cannot_be_said_and_a_sign_can(state):
    assert decide([], llm_state=state, all_read=False).ai_class == "U"
    assert decide([mark(DECLARED)], llm_state=state, all_read=False).ai_class == "B"
    assert decide([mark(SUSPECTED)], llm_state=state, all_read=False).ai_class == "C"


@pytest.mark.parametrize("state", ["pending", "done", "undecided", "off"])
def test_a_persons_no_is_no_sign_whatever_the_marks_say(state):
    said = Correction(is_ai_assisted=False)

    verdict = decide([mark(AGENT)], llm_state=state, all_read=False, said=said)

    assert verdict == Verdict("D", ())


@pytest.mark.parametrize(
    ("strengths", "ai_class"), [([AGENT, WEAK], "A"), ([SUSPECTED], "B"), ([], "B")]
)
def test_a_persons_yes_is_declared_or_an_agents_where_the_account_is_one(strengths, ai_class):
    said = Correction(is_ai_assisted=True)

    assert decide(map(mark, strengths), llm_state="done", said=said).ai_class == ai_class


def test_tools_are_those_that_the_person_names_else_those_of_the_evidence():
    named = Correction(is_ai_assisted=True, tools=["cursor"])
    unnamed = Correction(is_ai_assisted=True)

    assert decide([mark(DECLARED)], llm_state="done", said=named).tools == ("cursor",)
    assert decide([mark(DECLARED)], llm_state="done", said=unnamed).tools == ("claude",)
    assert decide([], llm_state="done", said=unnamed).tools == ("ai",)
