"""
Finds the marks of AI tools in a pull request's texts.

Pure: no rows, no network, no clock. The same texts and the same `markers.toml` give the same marks
in the same order.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.llm import declarations, normalise
from apps.llm.registry import Identity, Registry, Tool, registry
from apps.llm.texts import CommitText, PullRequestText

AGENT, DECLARED, WEAK, SUSPECTED = "agent", "declared", "weak", "suspected"

TRAILER = re.compile(r"^(?P<key>[A-Za-z][A-Za-z-]{2,30}):[ \t]*(?P<value>\S[^\n]{0,400})", re.M)
IDENTITY_KEYS = {"co-authored-by", "co-developed-by", "authored-by", "signed-off-by"}
TOOL_KEYS = {
    "assisted-by", "ai-assisted-by", "generated-by", "generated-with", "created-with",
    "co-authored-by", "co-developed-by", "made-with", "built-with",
}  # fmt: skip
ADDRESS = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>\s]+@[^<>\s]+)>")
TICKED = re.compile(
    r"^[ \t]*(?:(?:[-*+]|\d{1,4}[.)])[ \t]+)?\[[xX]\][ \t]*(?P<label>[^\n]{1,300})", re.M
)
EMPHASIS = re.compile(r"[*_]")
AI_WORD = re.compile(
    r"\b(?:a\.?i\.?|llms?|gpt\S*|agents?|assistants?|language models?)(?!\w)|\bai-", re.IGNORECASE
)


@dataclass(frozen=True)
class Mark:
    """One mark: what kind, where, whose, and the letters themselves with their place."""

    kind: str
    place: str
    tool: str
    quote: str
    start: int = 0
    end: int = 0
    strength: str = DECLARED


def find(text: PullRequestText, known: Registry | None = None) -> list[Mark]:
    """
    Return every mark, in reading order: author, branch, labels, title, body, commits.

    `known` is the shipped registry unless a test says otherwise.
    """
    known = known or registry()
    marks = [
        *_author(text, known),
        *_branch(text, known),
        *_labels(text, known),
        *_text("title", text.title, known),
    ]
    if text.author.lower() not in known.quoting_accounts:
        marks += _text("body", text.body, known, title=text.title)
    for position, commit in enumerate(text.commits):
        marks += _commit(f"commit {position}", commit, known)
    return marks


def is_trailer_of_tool(line: str) -> bool:
    """Whether the line is a trailer that names a tool; one that names a person is none."""
    return any(_trailers("", line, registry()))


def _author(text: PullRequestText, known: Registry) -> Iterator[Mark]:
    identity = known.by_author(text.author, text.author_id)
    if identity and not identity.weak:
        yield _whole("account", "author", identity.tool, text.author, AGENT)


def _branch(text: PullRequestText, known: Registry) -> Iterator[Mark]:
    start = text.branch.find(":") + 1  # "owner:branch" where it comes from a fork
    for tool in known.tools:
        if tool.branches and (found := tool.branches.match(text.branch, start)):
            yield Mark("branch", "branch", tool.id, text.branch, found.start(), len(text.branch))


def _labels(text: PullRequestText, known: Registry) -> Iterator[Mark]:
    for label in text.labels:
        if tool := known.labels.get(label.strip().lower()):
            yield _whole("label", "label", tool, label)


def _commit(place: str, commit: CommitText, known: Registry) -> Iterator[Mark]:
    if mark := _commit_author(place, commit, known):
        yield mark
    yield from _text(place, commit.message, known)


def _commit_author(place: str, commit: CommitText, known: Registry) -> Mark | None:
    if identity := known.by_address(commit.author_email):
        tool = known.by_name(commit.author_name) or identity.tool
        return _whole("commit_author", place, tool, commit.author_email, _strength(identity))
    for name in (commit.author_login, commit.author_name):
        # As a git name only "[bot]" names count: GitHub lets nobody else have one.
        if (identity := known.by_account(name)) and (
            name == commit.author_login or name.endswith("[bot]")
        ):
            return _whole("commit_author", place, identity.tool, name, _strength(identity))
    for signer in known.tools:
        if commit.author_name.endswith(signer.name_endings):
            return _whole("commit_author", place, signer.id, commit.author_name)
    return None


def _text(place: str, original: str, known: Registry, *, title: str = "") -> Iterator[Mark]:
    if not original:
        return
    shown = normalise.shown(normalise.without_reverted(original, title=title))
    text = normalise.without_quoted_lines(shown)
    yield from _trailers(place, text, known)
    for tool in known.tools:
        yield from _matches("footer", place, original, text, tool, tool.footers)
        if tool.signature:
            yield from _matches("footer", place, original, shown, tool, (tool.signature,))
        yield from _matches("link", place, original, text, tool, tool.links)
    yield from _boxes(place, text, known)
    if place != "title":
        yield from _declarations(place, original, text, known)


def _matches(
    kind: str,
    place: str,
    original: str,
    text: str,
    tool: Tool,
    patterns: Iterable[re.Pattern[str]],
) -> Iterator[Mark]:
    for pattern in patterns:
        if found := pattern.search(text):
            lead = len(found[0]) - len(found[0].lstrip())
            start, end = found.start() + lead, found.end()
            yield Mark(kind, place, tool.id, original[start:end], start, end)


def _trailers(place: str, text: str, known: Registry) -> Iterator[Mark]:
    for found in TRAILER.finditer(text):
        key, value = found["key"].lower(), found["value"].rstrip()
        for kind, identity in (
            ("co_author", _identity(key, value, known)),
            ("trailer", _tool_named(key, value, known)),
        ):
            if identity:
                yield Mark(
                    kind, place, identity.tool, found[0].rstrip(),
                    found.start(), found.start() + len(found[0].rstrip()), _strength(identity),
                )  # fmt: skip
                break


def _identity(key: str, value: str, known: Registry) -> Identity | None:
    """`Co-authored-by: Name <address>`, where the address, or a `[bot]` name, is a tool's own."""
    if key not in IDENTITY_KEYS or not (person := ADDRESS.match(value)):
        return None
    name = person["name"]
    if identity := known.by_address(person["address"]):
        return Identity(known.by_name(name) or identity.tool, identity.weak)
    return known.by_account(name) if name.endswith("[bot]") else None


def _tool_named(key: str, value: str, known: Registry) -> Identity | None:
    """A trailer of one tool, or one that names a tool as its whole value, without an address."""
    for tool in known.tools:
        if (pattern := tool.trailers.get(key)) and pattern.match(value):
            return Identity(tool.id, weak=False)
    if key not in TOOL_KEYS or "@" in value:
        return None
    through = value.rpartition(" via ")[2]  # "Assisted-by: <model> via <tool>"
    for tool in known.tools:
        pattern = tool.bare_names if key in IDENTITY_KEYS else tool.names
        if pattern and pattern.match(through):
            return Identity(tool.id, weak=False)
    return None


def _boxes(place: str, text: str, known: Registry) -> Iterator[Mark]:
    for found in TICKED.finditer(text):
        label = EMPHASIS.sub("", found["label"]).strip()
        if known.denial.search(label):
            continue
        for tool in known.tools:
            if any(pattern.match(label) for pattern in tool.boxes):
                quote = found[0].strip()
                start = found.start() + found[0].index(quote)
                yield Mark("box", place, tool.id, quote, start, start + len(quote))
                break


def _declarations(place: str, original: str, text: str, known: Registry) -> Iterator[Mark]:
    distinct = [tool for tool in known.tools if tool.bare_names and tool.names]
    names = [tool.names for tool in distinct if tool.names]
    for found in declarations.find(text, names):
        quote = original[found.start : found.end]
        named = [tool.id for tool in distinct if tool.names and tool.names.search(quote)]
        for tool_id in named or ["ai"]:
            yield Mark("section", place, tool_id, quote, found.start, found.end)


def _whole(kind: str, place: str, tool: str, quote: str, strength: str = DECLARED) -> Mark:
    return Mark(kind, place, tool, quote, 0, len(quote), strength)


def _strength(identity: Identity) -> str:
    return WEAK if identity.weak else DECLARED
