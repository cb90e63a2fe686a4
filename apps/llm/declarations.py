"""
Sections in which an author declares AI: "## AI disclosure", and below it what was done with which.

A filled-in form, so code may read it, and only the plain cases: a sentence or an item that begins
with the tool, with its use or with the change, and says that the one has made the other. A section
that denies, rules, asks or offers anything, or names nothing but reading and understanding, is left
to the model: templates stand in pull requests as they are, and AI is the topic of some projects.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

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
MOST, LONGEST = 20, 800  # sections of a text, and characters of each, that are read
PART_ENDS = re.compile(r"[.!?;](?=\s)|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")

#: Anywhere in a section; what else was made with what is then the model's to tell.
NOT = re.compile(
    r"\b(?:no|not|none|never|neither|nor|without|nothing|n/?a|nope|nil|zero|disabled|off"
    r"|hardly|barely|humans?|(?:do|did|does|is|was|are|were|have|has)nt"
    r"|avoid\w*|refus\w*|declin\w*|keine?[mnrs]?|nicht|ohne|aucune?|pas|sans|sin|ning[uú]na?"
    r"|sem|nenhuma?|senza|nessuna?)\b|n['’]t\b|\b0\s*%|\bby hand\b|\bhand-?(?:written|made|coded)"
    # A person has written it, whatever was asked of the tool before.
    r"|\b(?:wrote|written|rewrote|rewritten|coded|implemented|made|did)\s+(?:\w+\s+){0,3}?"
    r"(?:myself|ourselves|by (?:me|us))\b",
    re.IGNORECASE,
)
#: A rule, a question, an example, a choice: the form itself speaks, or the change is about AI.
RULES = re.compile(
    r"\b(?:if|whether|unless|must|should|please|polic(?:y|ies)|contributors?|template|checkbox"
    r"|examples?|such as|describe|delete|confirm|will be|would|allow\w*|forbid\w*|prohibit\w*"
    r"|requir\w*|disclose)\b|\be\.g\b|\?",
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
_WORD = rf"(?!{_READ}|(?:i|we|me|myself|manual|by|as|when|like|instead|than)\b)\w++(?:['’.-]\w++)*+"
_ON_THE_WAY = rf"(?:{_BETWEEN}{_WORD}){{0,6}}?{_BETWEEN}{_MADE}"
_NAME = (
    rf"{NAMED}(?:{_BETWEEN}(?!(?:is|are|can|will|may|was|were)\b)\w++(?:\.\w++)*+){{0,3}}?"
    rf"{_BETWEEN}"
)
_BY = rf"{_BETWEEN}(?:by|with|using|via|from){_BETWEEN}(?:{_WORD}{_BETWEEN}){{0,2}}?{NAMED}"
#: The change, or a part of it. Another subject may be what the change is about.
_THIS = (
    r"(?:(?:the|this|these|all|most|some|much|half|majority|of|a|an|few|it|initial|first|whole|parts?"
    r"|bits?|pieces?|portions?|sections?|code|codebase|tests?|specs?|docs?|documentation|description"
    r"|pr|pull|request|commits?|changes?|draft|version|skeleton|boilerplate|scaffold(?:ing)?"
    r"|implementation|fix|feature|about|roughly|[1-9]\d?\d?)[\s%]+){1,9}"
)
_OF_IT = (
    r"(?:the|this|these|it|most|some|all|parts?|much|half|a|an|initial|first|two|three|several|\d+)"
)
_STARTS = r"^[\s*_~–—-]*"
#: What a sentence or an item says from its first word on, of what has happened.
_HERE = (
    # "I used Claude to write …", "Using Claude for drafting …"
    rf"(?:(?:i|we)(?: have)?(?: also)? )?us(?:ed|ing)\s+{NAMED}{_ON_THE_WAY}"
    rf"|(?:i|we)(?: have)? (?:let|asked|had|prompted)\s+{NAMED}{_ON_THE_WAY}"
    # "Cursor was used to draft …", "Claude for adding …"
    rf"|{_NAME}(?:(?:was|were|has been|have been)\s+(?:\w+ly\s+)?)?"
    rf"(?:used|utili[sz]ed|employed|helped|assisted|for)\b{_ON_THE_WAY}"
    # "Cursor helped in understanding it and implementing …"
    rf"|(?:(?:(?:i|we)(?: have)? )?us(?:ed|ing)\s+{NAMED}|{_NAME}(?:was |were )?(?:used|helped)\b)"
    rf"[^\n.;]{{0,160}}\band{_BETWEEN}(?:(?:it|also|to|for|in|with|then){_BETWEEN}){{0,3}}{_MADE}"
    # "Claude wrote most of it"
    rf"|{_NAME}(?:wrote|generated|drafted|created|implemented|suggested|scaffolded)\s+{_OF_IT}\b"
    # "Parts of it were written by Cursor"; "Written with Cursor"
    rf"|{_THIS}(?:was|were|has been|have been)\s+(?:\w+\s+){{0,2}}?{_MADE}\w*(?:\s+\w+ly)?{_BY}"
    rf"|(?:(?:co-?|\w+ly\s+))?(?:written|generated|drafted|created|implemented|scaffolded){_BY}"
)
MADE_HERE = re.compile(rf"{_STARTS}(?:{_HERE})", re.IGNORECASE)
#: Under a heading that says "disclosure" the present means this change, too.
MADE_WITH = re.compile(
    rf"{_STARTS}(?:{_HERE}|(?:(?:i|we) )?use\s+{NAMED}{_ON_THE_WAY}"
    rf"|{_THIS}(?:is|are)\s+(?:\w+\s+){{0,2}}?{_MADE}\w*(?:\s+\w+ly)?{_BY}"
    rf"|(?:some|a little|minor)\s+help{_ON_THE_WAY})",
    re.IGNORECASE,
)
#: A line of a form that nobody has filled in, or with a nought.
UNFILLED = re.compile(
    r":[^\w\n]*(?:(?:0|n|f|false)\b.*)?\Z|_{3}|\.\.\.\s*\Z|\s/\s|(?<!\S)[(\[]|[\u2610\u274c\u2717\u2718]",
    re.DOTALL | re.IGNORECASE,
)
#: "Model: …", and below it a list of what for.
FIELD = re.compile(
    r"^[ \t]*+(?:[-*+][ \t]+)?[*_]{0,3}(?:ai )?(?:models?|tools?)(?: used| name)?[*_]{0,3}[ \t]*:"
    r"(?P<value>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
ITEM_MADE = re.compile(rf"^\W*(?:\w+ ){{0,2}}(?!\w+ed\b){_MADE}", re.IGNORECASE)


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
    for heading in islice(HEADING.finditer(text), MOST):
        start, end = _section(text, heading)
        section = text[start:end]
        if not section.strip() or NOT.search(section) or RULES.search(section):
            continue
        pattern = MADE_WITH if heading["explicit"] else MADE_HERE
        field = FIELD.search(section) if heading["explicit"] else None
        if field and NAMED not in _with_stand_ins(field["value"], names):
            field = None
        for first, last in _parts(section):
            said = _with_stand_ins(section[first:last], names).replace("\n", " ")
            if field and field.start() < first and ITEM_MADE.search(said):
                yield Declaration(start + field.start(), start + last)
            elif pattern.search(said) and not UNFILLED.search(said):
                yield Declaration(start + first, start + last)
            else:
                continue
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
