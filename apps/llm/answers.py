"""The model's answer: its form, what is allowed in it, and whether its quote is really there."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.llm import prompts, quoting
from apps.llm.client import AnswerInvalid
from apps.llm.markers import SUSPECTED, Mark
from apps.llm.redacting import INVISIBLE
from apps.llm.registry import Tool, registry
from apps.llm.texts import PullRequestText
from apps.llm.verdict import UNNAMED

KINDS = ("feature", "fix", "refactor", "docs", "tests", "build", "other")
RISKS = ("low", "medium", "high")
SIZES = ("small", "medium", "large")
SUMMARY_CHARS, DESCRIPTION_CHARS, QUOTE_CHARS = 200, 500, 400
TOO_LONG = 4000  # characters of one field; no honest answer comes near

MARKDOWN_LINK = re.compile(
    r"!?\[(?P<words>[^\]\n]{0,200})\] ?"
    r"\([^()\n]{0,500}(?:\([^()\n]{0,200}\))?[^()\n]{0,200}\)"
)
ADDRESS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,20}://|(?:javascript|data|vbscript|mailto|file|tel):)\S*|\bwww\.\S+",
    re.IGNORECASE,
)
NOT_SHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
MARKUP = {ord(letter): None for letter in "`*|"}

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

    :raises AnswerInvalid: for a missing or extra field, another type, a value outside its list, a
        text that repeats the instructions.
    """
    if set(document) != set(SCHEMA["required"]):
        raise AnswerInvalid("The model's answer lacks fields or has others.")
    if not isinstance(document["ai_disclosed"], bool):
        raise AnswerInvalid("The model's answer has a field of the wrong type.")
    answer = Answer(
        ai_disclosed=document["ai_disclosed"],
        quote=_optional_text(document["quote"], QUOTE_CHARS).removesuffix("…"),
        tool=_optional_text(document["tool"], 60),
        kind_of_change=_choice(document["kind_of_change"], KINDS),
        summary=_prose(document["summary"], SUMMARY_CHARS),
        description=_prose(document["description"], DESCRIPTION_CHARS),
        risk=_choice(document["risk"], RISKS),
        review_size=_choice(document["review_size"], SIZES),
    )
    words = (answer.quote, answer.tool, answer.summary, answer.description)
    if prompts.gives_away(" ".join(words)):
        raise AnswerInvalid("The model's answer repeats its instructions.")
    return answer


def disclosure_in(text: PullRequestText, answer: Answer) -> Mark | None:
    """
    The place of the words in which the pull request discloses AI; None if it does not.

    The letters are the pull request's own, never the model's (`quoting`). Of several places the
    first counts at which the words can be a disclosure.

    :raises AnswerInvalid: if the model claims a disclosure that is not there, or that denies, asks,
        gives an order or speaks of no AI: then nothing is decided.
    """
    if not answer.ai_disclosed:
        return None
    for quote in quoting.find(text, answer.quote):
        tools = _tools_in(quote.words, answer.tool)
        if not quoting.objection(quote, tools=[tool.names for tool in tools if tool.names]):
            return Mark(
                kind="quote",
                place=quote.place,
                tool=tools[0].id if tools else UNNAMED,
                quote=quote.letters,
                start=quote.start,
                end=quote.end,
                strength=SUSPECTED,
            )
    raise AnswerInvalid("The model's quote does not stand in the pull request as a disclosure.")


def _tools_in(quote: str, claimed: str) -> list[Tool]:
    """The tools that the quote names: the claimed one first, and common words only as claims."""
    claim = registry().by_name(claimed)
    named = [tool for tool in registry().tools if tool.names and tool.names.search(quote)]
    named.sort(key=lambda tool: tool.id != claim)
    return [tool for tool in named if tool.bare_names or tool.id == claim]


def _choice(value: object, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise AnswerInvalid("The model's answer has a value outside its list.")
    return value


def _optional_text(value: object, limit: int) -> str:
    return "" if value is None else _text(value, limit)


def _prose(value: object, limit: int) -> str:
    """What people will read: nothing in it leads anywhere, wherever it is shown."""
    text = _text(value, TOO_LONG)
    text = MARKDOWN_LINK.sub(lambda link: link["words"], text)
    text = ADDRESS.sub("[link]", text)
    return _shortened(" ".join(text.translate(MARKUP).split()), limit)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise AnswerInvalid("The model's answer has a field of the wrong type.")
    if len(value) > TOO_LONG:
        raise AnswerInvalid("The model's answer is far too long.")
    # Lone surrogates and NUL break a row; the others hide or turn what people read.
    shown = "".join(
        " " if letter.isspace() else letter
        for letter in INVISIBLE.sub("", value)
        if letter.isspace() or unicodedata.category(letter) not in NOT_SHOWN
    )
    return _shortened(" ".join(shown.split()), limit)


def _shortened(text: str, limit: int) -> str:
    """Cut between words where there is a blank to cut at."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rpartition(' ')[0] or text[: limit - 1]}…"
