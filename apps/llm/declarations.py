"""
Sections in which an author declares AI: "## AI disclosure", and below it what was done with which.

A filled-in form, so code may read it, and only the plain cases: a tool or AI is named, and said to
have written, drafted, changed or suggested something. A section that denies anything, or names
nothing but reading and understanding, is left to the model.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_AI = (
    r"(?:gen(?:erative)?[ -]?)?(?:ai|llm)s?(?:[ /&-]{1,3}(?:ai|llm)s?)?"
    r"(?:[ -](?:tools?|code|model))?"
)
_EXPLICIT = (
    rf"(?:{_AI}[ -](?:(?:usage|use|assistance|contribution)[ -])?"
    r"(?:disclosure|declaration|disclaimer|statement|attribution|transparency)"
    rf"|disclosure (?:of|on) (?:the use of )?{_AI}(?: use| usage)?)"
)
_HEADING_ONLY = rf"(?:{_AI}[ -](?:usage|use|assistance|help)|use of {_AI}|assisted by {_AI})"
#: A heading in Markdown, a bold line, or a line of its own; "AI disclosure: …" goes on behind it.
HEADING = re.compile(
    r"^[ \t]*+(?P<hashes>#{1,6})?+[ \t]*+(?P<bold>[*_]{2,3})?+[ \t]*+"
    r"(?:[^\w\s#*_<>|`\[(-]{1,3}[ \t]*+)?"  # an emoji
    rf"(?:(?P<explicit>{_EXPLICIT})|{_HEADING_ONLY})"
    r"[ \t]*+(?P<colon>[:–—-]{0,3}+)[ \t]*+(?:[*_]{2,3})?+[ \t]*+(?P<colon2>:?+)[ \t]*+"
    r"(?P<rest>[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
ENDS = re.compile(
    r"^[ \t]*+(?:#{1,6}[ \t]|[*_]{2,3}[^*_\n]{1,80}[*_]{2,3}:?[ \t]*$|-{3,}|={3,}|<)", re.MULTILINE
)
LONGEST = 800  # characters of a section that are read
PART_ENDS = re.compile(r"[.!?;](?=\s)|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")

NOT = re.compile(
    r"\b(?:no|not|none|never|neither|nor|without|nothing|n/?a|nope|nil|zero|disabled|off"
    r"|avoid\w*|refus\w*|declin\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
RULES = re.compile(
    r"\b(?:if|whether|unless|must|should|please|polic(?:y|ies)|contributors?|template|checkbox)\b|\?",
    re.IGNORECASE,
)
_MADE = (
    r"(?:generat|writ(?:e|es|ing|ten)\b|wrote\b|draft|creat(?:e|ed|es|ing|ion)\b|implement|refactor"
    r"|add(?:ed|ing|s)?\b|cod(?:ed|ing)\b|suggest|autocomplet|completion|scaffold|set-?[ ]?up\b"
    r"|updat|fix(?:ed|es|ing)?\b|format|translat|typing\b|polish|improv|rewrit|rewrote"
    r"|port(?:ed|ing)\b)"
)
_READ = (
    r"(?:underst|investigat|review|research|explor|debug|explain|brainstorm|find|found|learn|root"
    r"|discuss|search|check|verif)"
)
NAMED = "\ufffc"  # stands for the name of a tool, or of AI
AI_NAME = re.compile(
    r"\b(?:generative )?(?:a\.?i|llms?|gpt[-\w.]*|language models?)"
    r"(?:[- ](?:tools?|assistants?|models?))?\b",
    re.IGNORECASE,
)
_BETWEEN = r"[^\w\n]+"
#: A word on the way from the tool to what was made: not one of reading, nor who made it instead.
_WORD = rf"(?!{_READ}|(?:i|we|me|myself|human|manual)\b)[\w'’.-]+"
MADE_WITH = re.compile(
    # "Cursor was used to draft …"; "some help to write …"
    rf"(?:{NAMED}|\bhelp)(?:{_BETWEEN}{_WORD}){{0,6}}?{_BETWEEN}{_MADE}"
    # "Parts were written by Cursor"
    rf"|\b{_MADE}\w*(?:{_BETWEEN}{_WORD}){{0,4}}?{_BETWEEN}(?:by|with|using|via|from)"
    rf"{_BETWEEN}(?:{_WORD}{_BETWEEN}){{0,2}}?{NAMED}"
    # "Cursor helped in understanding it and implementing …"
    rf"|{NAMED}[^\n]{{0,160}}\band(?:{_BETWEEN}{_WORD}){{0,3}}?{_BETWEEN}{_MADE}"
    rf"|{NAMED}[- ](?:generated|written|assisted|drafted)",
    re.IGNORECASE,
)
#: Under "AI usage" may stand a feature, "Claude is used to draft replies": only the past counts.
MADE_HERE = re.compile(
    rf"^\W*(?:(?:i|we)(?: have)?(?: also)? )?us(?:ed|ing)\s+{NAMED}"
    rf"(?:{_BETWEEN}{_WORD}){{0,6}}?{_BETWEEN}{_MADE}"
    rf"|^\W*{NAMED}(?:[^\w\n]*(?!(?:is|are|can|will|may)\b)[\w.]+){{0,3}}?{_BETWEEN}"
    r"(?:was|were|has been|have been|used|helped|for|wrote)\b"
    rf"(?:{_BETWEEN}{_WORD}){{0,6}}?{_BETWEEN}{_MADE}"
    rf"|\b(?:was|were|been)\s+(?:\w+\s+)?{_MADE}\w*{_BETWEEN}(?:by|with|using|via|from)"
    rf"{_BETWEEN}(?:{_WORD}{_BETWEEN}){{0,2}}?{NAMED}",
    re.IGNORECASE,
)
#: "Model: …", and below it a list of what for.
FIELD = re.compile(
    r"^[ \t]*+(?:[-*+][ \t]+)?[*_]{0,3}(?:ai )?(?:models?|tools?)(?: used| name)?[*_]{0,3}[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
ITEM_MADE = re.compile(rf"^\W*(?:[\w]+ ){{0,2}}{_MADE}", re.IGNORECASE)


@dataclass(frozen=True)
class Declaration:
    """Where a section says what was made with AI; offsets into the text that was given."""

    start: int
    end: int


def find(text: str, names: Iterable[re.Pattern[str]]) -> Iterator[Declaration]:
    """
    Yield of each section the part that says so.

    :param text: what is said, without code, quotes, comments and open boxes.
    :param names: of tools that are called like nothing else.
    """
    names = tuple(names)
    for heading in HEADING.finditer(text):
        start, end = _section(text, heading)
        section = text[start:end]
        if not section.strip() or NOT.search(section) or RULES.search(section):
            continue
        pattern = MADE_WITH if heading["explicit"] else MADE_HERE
        field = FIELD.search(section) if NAMED in _with_stand_ins(section, names) else None
        for first, last in _parts(section):
            said = _with_stand_ins(section[first:last], names).replace("\n", " ")
            if field and field.start() < first and ITEM_MADE.search(said):
                yield Declaration(start + field.start(), start + last)
            elif not pattern.search(said):
                continue
            else:
                yield Declaration(start + first, start + last)
            break


def _parts(section: str) -> Iterator[tuple[int, int]]:
    """Its sentences and items, without the blanks around them."""
    ends = [found.end() for found in PART_ENDS.finditer(section)]
    for first, last in zip([0, *ends], [*ends, len(section)], strict=True):
        part = section[first:last]
        if part.strip():
            yield first + len(part) - len(part.lstrip()), first + len(part.rstrip())


def _section(text: str, heading: re.Match[str]) -> tuple[int, int]:
    """From the words behind the heading, to the first blank line or heading after them."""
    has_colon = heading["colon"] or heading["colon2"]
    if heading["rest"].strip():
        if not (heading["explicit"] and has_colon):
            return heading.end(), heading.end()
        start = heading.start("rest")
    elif not (heading["explicit"] or heading["hashes"] or heading["bold"] or has_colon):
        return heading.end(), heading.end()
    else:
        start = heading.end()
    begin = re.compile(r"\S").search(text, start, start + 200)
    if begin is None:
        return start, start
    limit = min(len(text), start + LONGEST)
    blank = re.compile(r"\n[ \t]*\n").search(text, begin.start(), limit)
    end = blank.start() if blank else limit
    if begin_line := ENDS.search(text, text.rfind("\n", 0, begin.start()) + 1, end):
        end = max(begin_line.start(), start)
    return start, end


def _with_stand_ins(text: str, names: Iterable[re.Pattern[str]]) -> str:
    for name in names:
        text = name.sub(NAMED, text)
    return AI_NAME.sub(NAMED, text)
