"""Keys of issues in the words of a pull request. A pure function of the words and the projects."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

#: What looks like a key and is the name of something else, by what stands before its number: these
#: numbers of it, or with None every number. Whatever a team's projects are called, these never are.
NEVER: Mapping[str, frozenset[int] | None] = MappingProxyType(
    {
        "CVE": None,
        "CWE": None,
        "GHSA": None,
        "RFC": None,
        "PEP": None,
        "ISO": None,
        "IEC": None,
        "UTF": frozenset({7, 8, 16, 32}),
        "UCS": frozenset({2, 4}),
        "LATIN": frozenset({1, 9}),
        "SHA": frozenset({0, 1, 2, 3, 224, 256, 384, 512}),
        "SHA3": frozenset({224, 256, 384, 512}),
        "MD": frozenset({2, 4, 5, 6}),
        "AES": frozenset({128, 192, 256}),
        "RSA": frozenset({1024, 2048, 3072, 4096}),
        "BASE": frozenset({16, 32, 58, 64, 85}),
        "HTTP": frozenset({1, 2, 3}),
        "IPV": frozenset({4, 6}),
        "TLS": frozenset({1}),
        "ES": frozenset({3, 5, 6, *range(2015, 2041)}),
        "GPT": frozenset({2, 3, 4, 5}),
    }
)
#: Of an issue; Jira counts from 1, and no project has come near the end of this.
MOST_DIGITS = 9


def issue_keys(
    text: str, projects: Collection[str], *, in_any_case: bool = False
) -> frozenset[str]:
    """
    The keys in a text that are of these projects, in capitals.

    :param projects: the keys of the team's projects ("HARB"); no other key counts.
    :param in_any_case: also "harb-12", as branches are written. In a sentence "top-10" or "web-3"
        are words far more often than keys, so there only capitals count.
    """
    wanted = frozenset(key.upper() for key in projects if key)
    if not wanted or "-" not in text:
        return frozenset()
    found = set()
    for match in _pattern(wanted, in_any_case).finditer(text):
        project, number = match[1].upper(), int(match[2])
        if not _is_something_else(project, number):
            found.add(f"{project}-{number}")
    return frozenset(found)


def keys_named(
    title: str, branch: str, messages: Iterable[str], projects: Collection[str]
) -> frozenset[str]:
    """All that a pull request names."""
    found = issue_keys(title, projects) | issue_keys(branch, projects, in_any_case=True)
    return found.union(*(issue_keys(message, projects) for message in messages))


def _is_something_else(project: str, number: int) -> bool:
    if project not in NEVER:
        return False
    numbers = NEVER[project]
    return numbers is None or number in numbers


@lru_cache(maxsize=64)
def _pattern(projects: frozenset[str], in_any_case: bool) -> re.Pattern[str]:
    """
    Before a key stands no letter or digit, after it neither, nor what makes it a version or a date.

    "release/web-2024-11-26" names a day and "WEB-3.1" a version; "HARB-12." ends a sentence.
    """
    # Keys of Jira Cloud are of ASCII letters and digits. The longest first: "HARB" is not "HAR".
    names = "|".join(re.escape(key) for key in sorted(projects, key=len, reverse=True))
    flags = "ai" if in_any_case else "a"
    return re.compile(
        rf"(?<![^\W_])(?{flags}:({names})-([1-9]\d{{0,{MOST_DIGITS - 1}}}))"
        r"(?![^\W_])(?!\.\d)(?!-\d{1,2}-\d{1,2}(?!\d))"
    )
