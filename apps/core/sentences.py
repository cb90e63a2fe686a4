"""A sentence for people, and the address at which they can do something about it."""

import re
from dataclasses import dataclass

_LINK = re.compile(r"(?:\s*Do that at)?\s*(https://\S+[^\s.,)])")


@dataclass(frozen=True)
class Notice:
    sentence: str
    link: str = ""


def with_link(sentence: str) -> Notice:
    """Take the address out of a sentence, so that it can be a link; only one over HTTPS."""
    found = _LINK.search(sentence)
    if found is None:
        return Notice(sentence)
    return Notice(_LINK.sub("", sentence, count=1), found[1])
