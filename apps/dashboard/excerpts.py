"""A quote within the text around it, letter by letter; what is invisible becomes visible."""

import re
from dataclasses import dataclass

from apps.llm.redacting import INVISIBLE

AROUND = 160  # characters shown before and after a quote
#: Inside of emoji they are ordinary.
OF_EMOJI = "\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}"


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
    first, last = max(0, start - AROUND), end + AROUND
    return Excerpt(
        before="…" * (first > 0) + visible(source[first:start]),
        quote=visible(quote),
        after=visible(source[end:last]) + "…" * (last < len(source)),
        is_there=True,
    )


def visible(text: str) -> str:
    """Invisible characters by their numbers: what turns or hides letters is to be seen."""
    return INVISIBLE.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    return found[0] if found[0] in OF_EMOJI else f"⟨U+{ord(found[0]):04X}⟩"
