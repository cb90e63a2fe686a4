"""A quote within the text around it, letter by letter; what is invisible becomes visible."""

import re
from dataclasses import dataclass

from apps.llm.redacting import INVISIBLE

AROUND, LINES = 160, 5  # characters and lines shown before and after a quote, at most
#: Inside of emoji they are ordinary.
OF_EMOJI = "\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}"
# A word that is cut at the end; one of unusual length stays.
CUT_AT_START, CUT_AT_END = re.compile(r"\A\S{1,30}\s"), re.compile(r"\s\S{1,30}\Z")


@dataclass(frozen=True)
class Excerpt:
    before: str
    quote: str
    after: str
    is_there: bool  #: the quote still stands at its place


def excerpt(source: str, quote: str, *, start: int, end: int) -> Excerpt:
    """The quote alone where the text has changed since it was read."""
    if source[start:end] != quote:
        return Excerpt("", visible(quote), "", is_there=False)
    return Excerpt(
        before=visible(_end_of(source[:start])),
        quote=visible(quote),
        after=visible(_start_of(source[end:])),
        is_there=True,
    )


def _end_of(text: str) -> str:
    shown = text[-AROUND:]
    if len(shown) < len(text):
        shown = CUT_AT_START.sub("", shown)
    shown = "\n".join(shown.split("\n")[-LINES:])
    return shown if shown == text else f"… {shown}"


def _start_of(text: str) -> str:
    shown = text[:AROUND]
    if len(shown) < len(text):
        shown = CUT_AT_END.sub("", shown)
    shown = "\n".join(shown.split("\n")[:LINES])
    return shown if shown == text else f"{shown} …"


def visible(text: str) -> str:
    """Invisible characters by their numbers: what turns or hides letters is to be seen."""
    return INVISIBLE.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    return found[0] if found[0] in OF_EMOJI else f"⟨U+{ord(found[0]):04X}⟩"
