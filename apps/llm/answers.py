"""The model's answer: its form, what is allowed in it, and whether its quote is really there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.llm import normalise
from apps.llm.client import AnswerInvalid
from apps.llm.markers import AI_WORD, SUSPECTED, Mark
from apps.llm.redacting import STAND_INS
from apps.llm.registry import registry
from apps.llm.texts import PullRequestText
from apps.llm.verdict import UNNAMED

KINDS = ("feature", "fix", "refactor", "docs", "tests", "build", "other")
RISKS = ("low", "medium", "high")
SIZES = ("small", "medium", "large")
SUMMARY_CHARS, DESCRIPTION_CHARS, QUOTE_CHARS = 200, 500, 400

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "ai_disclosed", "quote", "tool", "kind_of_change", "summary", "description", "risk",
        "review_size",
    ],
    "properties": {
        "ai_disclosed": {"type": "boolean"},
        "quote": {"type": ["string", "null"]},
        "tool": {"type": ["string", "null"]},
        "kind_of_change": {"type": "string", "enum": list(KINDS)},
        "summary": {"type": "string"},
        "description": {"type": "string"},
        "risk": {"type": "string", "enum": list(RISKS)},
        "review_size": {"type": "string", "enum": list(SIZES)},
    },
}  # fmt: skip

# A quote that denies what it is quoted for.
DENIAL = re.compile(
    r"\b(?:no|not|without|never|zero)\b[^.\n]{0,30}\b(?:ai|llms?|copilot|claude|chatgpt|cursor)\b"
    r"|\b(?:ai|llms?)\b[^.\n]{0,20}[:=-]\s*(?:no|none|nothing|n/a)\b"
    r"|\b(?:did|was|were|have|has|is)(?:n['’]t| not| never)\b[^.\n]{0,20}\b(?:us|generat|writ)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """A valid answer; whether its quote is really there, `disclosure_in` says."""

    ai_disclosed: bool
    quote: str
    tool: str
    kind_of_change: str
    summary: str  #: one line
    description: str  #: two sentences
    risk: str
    review_size: str


def read(document: Mapping[str, Any]) -> Answer:
    """
    Check a document against the form, whatever Groq promised about its shape.

    :raises AnswerInvalid: for a missing or extra field, another type, a value outside its list.
    """
    if set(document) != set(SCHEMA["required"]):
        raise AnswerInvalid("The model's answer lacks fields or has others.")
    if not isinstance(document["ai_disclosed"], bool):
        raise AnswerInvalid("The model's answer has a field of the wrong type.")
    return Answer(
        ai_disclosed=document["ai_disclosed"],
        quote=_optional_text(document["quote"], QUOTE_CHARS),
        tool=_optional_text(document["tool"], 60),
        kind_of_change=_choice(document["kind_of_change"], KINDS),
        summary=_text(document["summary"], SUMMARY_CHARS),
        description=_text(document["description"], DESCRIPTION_CHARS),
        risk=_choice(document["risk"], RISKS),
        review_size=_choice(document["review_size"], SIZES),
    )


def disclosure_in(text: PullRequestText, answer: Answer) -> Mark | None:
    """
    The place of the words in which the pull request discloses AI; None if it does not.

    The letters are the pull request's own, never the model's; blanks and line breaks may differ,
    and a stand-in of `redacting` stands for any word.

    :raises AnswerInvalid: if the model claims a disclosure that is not there, denies, or speaks of
        no AI: then nothing is decided.
    """
    if not answer.ai_disclosed:
        return None
    words = answer.quote.split()
    if not words:
        raise AnswerInvalid("The model claims a disclosure and quotes nothing.")
    pattern = re.compile(r"\s+".join(map(_word, words)))
    for place, original in _places(text):
        said = normalise.said(normalise.without_reverted(original))
        if found := pattern.search(said):
            quote = original[found.start() : found.end()]
            tool = _tool_in(quote, answer.tool)
            if DENIAL.search(quote) or (tool == UNNAMED and not AI_WORD.search(quote)):
                break
            return Mark("quote", place, tool, quote, found.start(), found.end(), SUSPECTED)
    raise AnswerInvalid("The model's quote does not stand in the pull request as a disclosure.")


def _word(word: str) -> str:
    is_redacted = any(stand_in in word for stand_in in STAND_INS)
    return r"(?<!\S)\S++" if is_redacted else re.escape(word)


def _places(text: PullRequestText) -> Iterator[tuple[str, str]]:
    yield "title", text.title
    yield "body", text.body
    for position, commit in enumerate(text.commits):
        yield f"commit {position}", commit.message


def _tool_in(quote: str, claimed: str) -> str:
    """The claimed tool if the quote names it itself."""
    tool_id = registry().by_name(claimed)
    for tool in registry().tools:
        if tool.id == tool_id and tool.names and tool.names.search(quote):
            return tool.id
    return UNNAMED


def _choice(value: object, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise AnswerInvalid("The model's answer has a value outside its list.")
    return value


def _optional_text(value: object, limit: int) -> str:
    return "" if value is None else _text(value, limit)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise AnswerInvalid("The model's answer has a field of the wrong type.")
    return " ".join(value.split())[:limit]
