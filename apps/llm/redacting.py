"""
Takes out of a text what must not leave: addresses, mentions, people's trailers, secrets, own names.

What looks like one is found in a folded copy (full-width and other compatible letters as plain
ones) and taken out of the text itself, whose other letters stay: quotes are compared with them.
Every pattern takes time in proportion to the text, whatever its author has chosen.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from apps.llm import markers
from apps.llm.registry import registry

# Invisible: format characters, bidi controls, tags, variation selectors, other control characters.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
STAND_INS = ("[e-mail]", "[mention]", "[repository]", "[secret]")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# A line such as "Signed-off-by: Jane Doe" or "* Cc: Jane Doe".
TRAILER_OF_PEOPLE = re.compile(
    r"[ \t>*-]*+(?P<line>(?P<key>(?:[a-z]{1,20}-){1,4}by|cc)[ \t]{0,3}:(?P<value>[^\n]*))",
    re.IGNORECASE,
)
ASSISTED = re.compile(r"(?:ai-)?(?:assisted|generated)-by", re.IGNORECASE)
QUOTED_ADDRESS = re.compile(r'"[^"\n]{1,64}"@[^\s<>()",;|]+')
WORD = re.compile(r"""[^\s<>()",|]+""")
ESCAPED_AT = re.compile(r"&#0*64;|&#x0*40;|&commat;|%40", re.IGNORECASE)
MENTION = re.compile(r"@(?P<login>[\w-]+)(?:\[bot\])?(?P<rest>.*)")
REFERENCE = re.compile(
    r"(?<=github\.com[/:])[\w-]{1,39}/[\w.-]{1,100}|(?<![\w./-])[\w-]{1,39}/[\w.-]{1,100}(?=#\d)"
)
SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|gsk_\w{16,}|sk-[\w-]{16,}"
    r"|[srp]k_(?:live|test)_\w{8,}|whsec_[\w+/]{16,}|SG\.[\w-]{10,}(?:\.[\w-]*)?|glpat-[\w-]{16,}"
    r"|xox[a-z]-[\w-]{10,}|A(?:KIA|SIA)[A-Z0-9]{12,}|AIza[\w-]{30,}|npm_\w{20,}|hf_\w{16,}"
    r"|(?<!-)eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----))*"
    r"|(?<=://)[^\s/:@]{1,100}:[^\s/@]{1,200}(?=@)"
    # password=…, "api_key": "…", Authorization: Bearer …
    r"|(?i:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\"']?[ \t]{0,3}(?::=|=>|=|:)[ \t]{0,3}(?:\"[^\"\n]{1,200}\"?|'[^'\n]{1,200}'?|[^\s\"']+)"
    r"|(?i:\bbearer|\bbasic)[ \t]{1,3}(?=[\w.~+/=-]{0,60}\d)[\w.~+/=-]{12,}"
    # A long mixture of digits and both cases is a token of somebody we do not know.
    r"|(?<![\w+-])(?=[\w+-]{0,39}\d)(?=[\w+-]{0,39}[A-Z])(?=[\w+-]{0,39}[a-z])[\w+-]{40,}={0,2}"
)


KEY_ENDS = re.compile(r"-----END [A-Z ]{0,30}PRIVATE KEY-----")
LINE_OF_KEY = re.compile(r"[\s>]*[A-Za-z0-9+/=]+\s*")
FULL_LINE = 40  # characters at least, of every line of a key but its last


def redacted(text: str, *, repositories: Iterable[str] = ()) -> str:
    """
    The text without addresses, mentions, people's trailers, secrets and names of repositories.

    :param repositories: `owner/name` of those whose names must not leave wherever they stand;
        others go where they are unmistakable, in `owner/name#1` and in links to GitHub.
    """
    text = INVISIBLE.sub("", text)
    text = "\n".join(line for line in text.split("\n") if not _is_of_people(line))
    text = _replaced(text, SECRET, lambda _: "[secret]")
    text = _without_headless_keys(text)
    text = _replaced(text, REFERENCE, lambda _: "[repository]")
    if own := _any_of(frozenset(name.lower() for name in repositories)):
        text = _replaced(text, own, lambda _: "[repository]")
    text = _replaced(text, QUOTED_ADDRESS, lambda _: "[e-mail]")
    return _replaced(text, WORD, _word)


def _without_headless_keys(text: str) -> str:
    """Take out what stands before the end of a private key whose beginning was taken out before."""
    if not KEY_ENDS.search(text):
        return text
    lines = text.split("\n")
    for end, line in enumerate(lines):
        if not (found := KEY_ENDS.search(line)):
            continue
        lines[end] = f"[secret]{line[found.end() :]}"
        place = end - 1
        while place >= 0 and LINE_OF_KEY.fullmatch(lines[place]):
            if place < end - 1 and len(lines[place].strip()) < FULL_LINE:
                break
            lines[place] = ""
            place -= 1
    return "\n".join(lines)


def _is_of_people(line: str) -> bool:
    """Whether it is a trailer with somebody's name; a tool's own trailer is not."""
    found = TRAILER_OF_PEOPLE.fullmatch(_folded(line))
    if found is None:
        return False
    names_ai = ASSISTED.fullmatch(found["key"]) and markers.AI_WORD.search(found["value"])
    return not (names_ai or markers.is_trailer_of_tool(found["line"]))


def _word(found: re.Match[str]) -> str | None:
    """What stands for a word with an "@": an address, a mention, a version of a package."""
    before, at, _ = found[0].partition("@")
    if not at:
        return "[e-mail]" if ESCAPED_AT.search(found[0]) else None
    if before.strip("*_~'.:!?[{"):
        return "[e-mail]"
    mention = MENTION.fullmatch(found[0][len(before) :])
    if mention is None:  # an "@" and no letters: says nothing of anybody
        return None if found[0].count("@") == 1 else "[e-mail]"
    is_whole = not mention["rest"].strip(".:;!?'*_~]}")
    is_tool = is_whole and mention["login"].lower() in _tool_logins()
    return None if is_tool else "[mention]"


@cache
def _tool_logins() -> frozenset[str]:
    """By accounts, not by names: a person may be called Jules or Devin."""
    return frozenset(login.removesuffix("[bot]") for login in registry().accounts)


@cache
def _any_of(names: frozenset[str]) -> re.Pattern[str] | None:
    words = "|".join(re.escape(name) for name in sorted(names, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) if words else None


def _replaced(
    text: str, pattern: re.Pattern[str], stand_in: Callable[[re.Match[str]], str | None]
) -> str:
    """The text with stand-ins for what the pattern finds in its folded copy; None keeps a find."""
    parts, done = [], 0
    for found in pattern.finditer(_folded(text)):
        if (new := stand_in(found)) is not None:
            parts += [text[done : found.start()], new]
            done = found.end()
    return "".join(parts) + text[done:]


def _folded(text: str) -> str:
    """The same length, compatible letters as plain ones: "＠" as "@"."""
    return text if text.isascii() else NOT_ASCII.sub(lambda found: _plain(found[0]), text)


@cache
def _plain(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter
