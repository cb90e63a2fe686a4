"""Class and tools derive from the evidence and the model's state, and from nothing else."""

import pytest

from apps.llm.markers import AGENT, DECLARED, SUSPECTED, WEAK, Mark
from apps.llm.verdict import decide


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
