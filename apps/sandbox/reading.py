"""
Read a prompt the way a modest model would: simple rules, no knowledge of how the world was made.

It must find what people disclose in their own words, and must not fall for denials, empty boxes,
quoted text or products that are only the topic.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOOLS = re.compile(
    r"\b(ChatGPT|GPT-[\w.]+|Claude(?: Code)?|(?:GitHub )?Copilot|Gemini|Cursor|Codex|Devin|Aider|"
    r"LLMs?|AI|language model)\b"
)
_HELPED = re.compile(
    r"\b(used?|using|wr(?:ote|itten)|draft(?:ed)?|generated?|paired?|suggest(?:ed|s)?|"
    r"help(?:ed)?|assist(?:ed|ance)?|ported)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(no|not|never|without|none|n't)\b|- \[ \]|\?$", re.IGNORECASE)
_NOT_PROSE = re.compile(r"<!--.*?-->|```.*?```|^>.*?$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s)|$)", re.MULTILINE)
_TITLE = re.compile(r"^\W*title\b[^\w\n]*[:=\n]\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_KINDS = (  # the first that matches the title
    ("revert", r"^revert\b"),
    ("chore", r"^(bump|update dependency|chore|clean|remove)\b"),
    ("docs", r"^(docs?|describe|update the docs)\b"),
    ("test", r"^(tests?|cover)\b|\btests of\b"),
    ("fix", r"^(fix|handle|stop|prevent)\b"),
    ("refactor", r"^(refactor|split|simplify|move|rename)\b"),
    ("feature", r"^(feat|add|let|support|introduce)\b"),
)
_RISKS = (  # the first that matches the text
    ("high", r"\b(migrations?|invoices?|currency|tokens?|sign-in|lock)\b"),
    ("low", r"\b(docs?|tests?|page|guide|typo|dark mode)\b"),
)
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class Reading:
    """What was understood of one prompt."""

    text: str
    title: str
    kind: str
    risk: str
    tool: str | None
    quote: str | None  # verbatim from the prompt
    place: str  # the key under which a JSON prompt holds the quote; else "body"

    @property
    def discloses(self) -> bool:
        return self.quote is not None

    @property
    def size(self) -> str:
        """How long a reviewer will take, in one word."""
        return "small" if self.kind in ("docs", "test", "chore", "revert") else "medium"

    @property
    def summary(self) -> str:
        """One sentence on the change."""
        bare = re.sub(r"^\w+(\([^)]*\))?:\s*", "", self.title).strip(" .") or "A change"
        return f"{bare[0].upper()}{bare[1:]}."

    @property
    def description(self) -> str:
        """Two sentences: what changes, and what a mistake in it could cost."""
        return f"{self.summary} The risk of a mistake in it is {self.risk}."

    @property
    def prose(self) -> str:
        """A few sentences for a page, with no number that the prompt does not hold."""
        facts = list(_lines_with_figures(self.text))
        facts = facts[:2] + facts[2:][-1:]  # what comes first, and the last finding
        if not facts:
            return "There is not enough to report yet."
        return " ".join(f"{fact[0].upper()}{fact[1:]}." for fact in facts)


def read_prompt(message: str) -> Reading:
    """Understand the last message of a user, be it JSON or plain text."""
    parts = dict(_parts(message))
    text = "\n".join(parts.values())
    found = _disclosure(text)
    quote, tool = found if found else (None, None)
    place = next((key for key, part in parts.items() if quote and quote in part), "body")
    title = parts.get("title") or _title(text)
    return Reading(
        text=text,
        title=title,
        kind=_first(_KINDS, title) or "other",
        risk=_first(_RISKS, text) or "medium",
        tool=tool,
        quote=quote,
        place=place,
    )


def _first(rules: tuple[tuple[str, str], ...], text: str) -> str | None:
    """Return the name of the first rule whose pattern is in the text."""
    return next((name for name, rule in rules if re.search(rule, text, re.IGNORECASE)), None)


def _parts(message: str) -> Iterator[tuple[str, str]]:
    """Yield the strings of a JSON object by key, or the whole message as the body."""
    try:
        document = json.loads(message)
    except ValueError:
        document = None
    if not isinstance(document, Mapping):
        yield "body", message
        return
    for key, value in document.items():
        yield key, value if isinstance(value, str) else _flat(key, value)


def _flat(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(_flat(f"{key} {inner}", each) for inner, each in value.items())
    if isinstance(value, list):
        return "\n".join(each if isinstance(each, str) else _flat(key, each) for each in value)
    return f"{key.replace('_', ' ')}: {value}"


def _title(text: str) -> str:
    if match := _TITLE.search(text):
        return match[1].strip()
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _disclosure(text: str) -> tuple[str, str] | None:
    """Return the first sentence in which somebody says that a tool helped, and the tool."""
    prose = _NOT_PROSE.sub(lambda match: "\n" * len(match[0]), text)
    for match in _SENTENCE.finditer(prose):
        sentence = match[0].strip()
        tool = _TOOLS.search(sentence)
        if tool and _HELPED.search(sentence) and not _DENIED.search(sentence):
            return sentence, tool[1]
    return None


def _lines_with_figures(text: str) -> Iterator[str]:
    for line in text.splitlines():
        bare = line.strip(' \t-*•#{}[]",.;:')
        if _FIGURE.search(bare) and re.search(r"[A-Za-z]{3}", bare):
            yield bare
