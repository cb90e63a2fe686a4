"""
Blanks out what a pull request quotes, shows or offers, so that only what it says is left.

Every function returns a text of the same length with blanks in place of what was taken away:
offsets into it are offsets into the original. Every pattern takes time in proportion to the text:
the author of a pull request chooses it, so a pattern that tries all pairs would be a way to stop
the worker.
"""

import re
from collections import defaultdict, deque

# Blocks that review bots write into the body, from their first comment to their last.
BOT_BLOCKS = re.compile(
    r"<!-- This is an auto-generated (?:comment|description)\b.*?"
    r"(?:<!-- end of auto-generated (?:comment|description)\b.*?(?:-->|\Z)|\Z)"
    r"|<!-- CURSOR_SUMMARY -->.*?(?:<!-- /CURSOR_SUMMARY -->|\Z)"
    r"|<!-- ELLIPSIS_HIDDEN -->.*?(?:<!-- ELLIPSIS_HIDDEN -->|\Z)"
    r"|^#{1,4} Summary by (?:CodeRabbit|cubic|Sourcery|Ellipsis)\b.*?(?=^#{1,2} |\Z)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
FENCES = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}+|~{3,}+)[^\n]*\n.*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
QUOTING_TAGS = re.compile(r"<(?P<tag>pre|code|blockquote)\b[^<>\n]{0,200}>", re.IGNORECASE)
TICKS = re.compile(r"`+|\n")
STRUCK = re.compile(r"~~[^\n]+?~~")
QUOTED_LINES = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
OPEN_BOXES = re.compile(r"^[ \t]*(?:(?:[-*+]|\d{1,4}[.)])[ \t]+)?\[[ \t]?\][^\n]*$", re.MULTILINE)

REVERT = re.compile(r"\s*(?:re-?)?reverts?\b", re.IGNORECASE)
REVERTED_UNTIL = re.compile(r"^This reverts commit [^\n]*$", re.IGNORECASE | re.MULTILINE)
ORIGINAL = re.compile(
    r"^[#* \t]*original (?:pr|pull request|commit|description|message)\b.*",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)


def said(text: str) -> str:
    """The text's own words: no code, quotes, comments, unticked boxes, bots' blocks."""
    return without_quoted_lines(shown(text))


def without_quoted_lines(text: str) -> str:
    return _blank(text, QUOTED_LINES)


def shown(text: str) -> str:
    """The text's own words and its `> ` lines: some tools sign in one."""
    text = text.replace("\r", " ")
    for pattern in (BOT_BLOCKS, COMMENTS, FENCES):
        text = _blank(text, pattern)
    text = _blank_inline_code(_blank_elements(text))
    for pattern in (STRUCK, OPEN_BOXES):
        text = _blank(text, pattern)
    return text


def without_reverted(text: str, *, title: str = "") -> str:
    """
    Of a revert's text only what is its own: not the words or the commit that it takes back.

    :param title: of the pull request whose description it is; a revert's description may copy the
        original's without saying so first.
    """
    if not (REVERT.match(text) or REVERT.match(title)):
        return text
    # Where the original's message stands first; else what comes before that line is the author's.
    if REVERT.match(text) and (until := REVERTED_UNTIL.search(text)):
        text = _spaces(text[: until.end()]) + text[until.end() :]
    return _blank(text, ORIGINAL)


def _blank_elements(text: str) -> str:
    parts, done = [], 0
    unclosed: set[str] = set()
    for opening in QUOTING_TAGS.finditer(text):
        tag = opening["tag"].lower()
        if opening.start() < done or tag in unclosed:
            continue
        closing = re.compile(f"</{tag}>", re.IGNORECASE).search(text, opening.end())
        if closing is None:
            unclosed.add(tag)
            continue
        parts += [text[done : opening.start()], _spaces(text[opening.start() : closing.end()])]
        done = closing.end()
    return "".join(parts) + text[done:]


def _blank_inline_code(text: str) -> str:
    """From each run of backticks to the next of its length in its line; no pattern is linear."""
    runs: list[tuple[tuple[int, int], tuple[int, int]]] = []
    ends: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    line = 0
    for found in TICKS.finditer(text):
        if found[0] == "\n":
            line += 1
            continue
        key = line, len(found[0])
        runs.append((key, found.span()))
        ends[key].append(found.span())
    parts, done = [], 0
    for key, (start, _) in runs:
        while ends[key] and ends[key][0][0] <= start:
            ends[key].popleft()
        if start >= done and ends[key]:
            parts += [text[done:start], _spaces(text[start : ends[key][0][1]])]
            done = ends[key][0][1]
    return "".join(parts) + text[done:]


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: _spaces(match[0]), text)


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
