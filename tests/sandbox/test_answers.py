"""Whatever schema is asked, the answer is valid under it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sandbox.answers import answer
from apps.sandbox.reading import read_prompt

READINGS = [
    read_prompt("TITLE\nFix a race in tides\n\nDESCRIPTION\nI wrote this with ChatGPT."),
    read_prompt("TITLE\nAdd filters\n\nDESCRIPTION\nAsked for in 3 interviews."),
    read_prompt(""),
]
NAMES = st.sampled_from(
    ["quote", "tool", "tools", "ai_disclosed", "kind", "summary", "risk", "confidence", "x"]
)


def is_valid(schema, value):
    """A small validator of its own: what `answers` builds, this takes apart."""
    if "enum" in schema:
        return value in schema["enum"]
    if "anyOf" in schema:
        return any(is_valid(option, value) for option in schema["anyOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(_is(kind, schema, value) for kind in kinds)


def _is(kind, schema, value):
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":
            number = int if kind == "integer" else (int, float)
            fits = isinstance(value, number) and not isinstance(value, bool)
            return fits and schema["minimum"] <= value <= schema["maximum"]
        case "string":
            return isinstance(value, str) and len(value) <= schema.get("maxLength", 10**6)
        case "array":
            enough = isinstance(value, list) and len(value) >= schema.get("minItems", 0)
            return enough and all(is_valid(schema["items"], each) for each in value)
        case "object":
            same = isinstance(value, dict) and set(value) == set(schema["properties"])
            return same and all(is_valid(s, value[n]) for n, s in schema["properties"].items())


SCALARS = st.one_of(
    st.just({"type": "string"}),
    st.just({"type": "string", "maxLength": 12}),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
    st.just({"type": "integer", "minimum": 1, "maximum": 5}),
    st.just({"type": "number", "minimum": 0, "maximum": 1}),
    st.lists(st.sampled_from(["fix", "bug", "none", "other", "high", "x"]), min_size=1).map(
        lambda values: {"type": "string", "enum": values}
    ),
    st.just({"anyOf": [{"type": "string"}, {"type": "null"}]}),
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda below: st.one_of(
        st.dictionaries(NAMES, below, max_size=4).map(
            lambda properties: {"type": "object", "properties": properties}
        ),
        st.tuples(below, st.integers(0, 2)).map(
            lambda pair: {"type": "array", "items": pair[0], "minItems": pair[1]}
        ),
    ),
    max_leaves=8,
)


@given(schema=SCHEMAS, reading=st.sampled_from(READINGS))
def test_an_answer_is_valid_under_any_schema(schema, reading):
    assert is_valid(schema, answer(schema, reading))


def test_references_are_followed():
    schema = {
        "type": "object",
        "properties": {"quote": {"$ref": "#/$defs/words"}},
        "$defs": {"words": {"type": "string"}},
    }

    assert answer(schema, READINGS[0]) == {"quote": "I wrote this with ChatGPT."}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["feature", "fix", "other"], "fix"),
        (["enhancement", "bug_fix", "other"], "bug_fix"),
        (["docs", "none"], "none"),
        (["docs", "tests"], "docs"),
    ],
)
def test_a_choice_is_what_means_the_same_else_the_plainest(values, expected):
    assert answer({"properties": {"kind": {"enum": values}}, "type": "object"}, READINGS[0]) == {
        "kind": expected
    }
