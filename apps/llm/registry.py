"""The data file of marks, read once, as frozen values with compiled patterns."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("markers.toml")
NOREPLY = re.compile(r"(?:(\d+)\+)?(.+)@users\.noreply\.github\.com", re.IGNORECASE)

# What may stand before a footer on its line: an emoji, bullets, emphasis; no word, no link.
LEAD = r"^(?:[^\w\n\[<>]|_){0,8}"
QUOTED_LEAD = r"^(?:[^\w\n\[<]|_){0,8}"
# "Generated with", "This pull request was automatically created by", … and nothing that denies.
MADE_BY = (
    r"(?:(?:this|the) )?(?:(?:pr|pull request|commit|code|is an automated message) )?"
    r"(?:(?:was|is|has been) )?(?:automatically )?(?:co-?)?"
    r"(?:generated|created|made|built|written|authored|opened|produced) "
    r"(?:automatically )?(?:with|by|using|via) "
)
SIGNED = (
    r"this (?:pr |pull request )?was (?:written|opened|created) by (?:{})[^\n]{{0,30}} on behalf of"
)


@dataclass(frozen=True)
class Tool:
    """One tool and the patterns of the texts it leaves."""

    id: str
    name: str
    names: re.Pattern[str] | None  #: what a name starts with, beside a tool's address
    bare_names: re.Pattern[str] | None  #: a whole value that needs no address
    branches: re.Pattern[str] | None
    footers: tuple[re.Pattern[str], ...]
    signature: re.Pattern[str] | None  #: stands in a quoted line
    links: tuple[re.Pattern[str], ...]
    boxes: tuple[re.Pattern[str], ...]
    trailers: Mapping[str, re.Pattern[str]]  #: by key in lower case
    name_endings: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """Whose account or address it is; `weak` where the tool only suggested what was committed."""

    tool: str
    weak: bool


@dataclass(frozen=True)
class Registry:
    """Everything in the file. Keys of the mappings are in lower case."""

    version: str
    tools: tuple[Tool, ...]
    accounts: Mapping[str, Identity]
    ids: Mapping[int, Identity]
    numbers: Mapping[str, int]  #: of accounts whose number is known
    addresses: Mapping[str, Identity]
    domains: Mapping[str, Identity]
    labels: Mapping[str, str]
    denial: re.Pattern[str]
    quoting_accounts: frozenset[str]

    def by_account(self, login: str) -> Identity | None:
        return self.accounts.get(login.lower())

    def by_author(self, login: str, number: int | None) -> Identity | None:
        """
        Know a pull request's author: by GitHub's number of the account, else by its login.

        An account may be renamed and its login taken by a person, who has another number then.
        Logins with "[bot]" are safe from that.
        """
        if number is not None and (found := self.ids.get(number)):
            return found
        identity = self.by_account(login)
        if identity and number is not None and not login.endswith("[bot]"):
            known = self.numbers.get(login.lower())
            return identity if known is None else None
        return identity

    def by_address(self, address: str) -> Identity | None:
        """Know a tool by its exact address, its domain, or GitHub's no-reply address of it."""
        address = address.strip().lower()
        if found := self.addresses.get(address) or self.domains.get(address.rpartition("@")[2]):
            return found
        if noreply := NOREPLY.fullmatch(address):
            number, login = noreply.groups()
            # Many accounts bear the login "Copilot"; the number tells them apart.
            return (self.ids.get(int(number)) if number else None) or self.by_account(login)
        return None

    def by_name(self, name: str) -> str | None:
        """The tool whose name this is; only to be asked where an address has proved a tool."""
        for tool in self.tools:
            if tool.names and tool.names.match(name.strip()):
                return tool.id
        return None


@cache
def registry() -> Registry:
    """Read the file that is shipped with the code."""
    return parse(tomllib.loads(DATA.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Registry:
    """
    Make a registry of the file's content.

    :raises re.error, KeyError: for a file that is wrong; tests read the shipped one.
    """
    rows: list[Mapping[str, Any]] = data["tool"]
    return Registry(
        version=data["version"],
        tools=tuple(_tool(row) for row in rows),
        accounts={login.lower(): identity for row in rows for login, _, identity in _accounts(row)},
        ids={number: identity for row in rows for number, identity in _ids(row)},
        numbers={
            login.lower(): number for row in rows for login, number, _ in _accounts(row) if number
        },
        addresses=_identities(rows, "addresses"),
        domains=_identities(rows, "domains"),
        labels={label.lower(): row["id"] for row in rows for label in row.get("labels", ())},
        denial=re.compile(data["denial"]["words"], re.IGNORECASE),
        quoting_accounts=frozenset(login.lower() for login in data["quoting"]["accounts"]),
    )


def _accounts(row: Mapping[str, Any]) -> Iterable[tuple[str, int, Identity]]:
    for key, weak in (("accounts", False), ("weak_accounts", True)):
        for login, number in row.get(key, {}).items():
            yield login, number, Identity(row["id"], weak)


def _ids(row: Mapping[str, Any]) -> Iterable[tuple[int, Identity]]:
    for _, number, identity in _accounts(row):
        if number:
            yield number, identity
    for key, weak in (("ids", False), ("weak_ids", True)):
        for number in row.get(key, ()):
            yield number, Identity(row["id"], weak)


def _identities(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, Identity]:
    return {
        value.lower(): Identity(row["id"], weak=False) for row in rows for value in row.get(key, ())
    }


def _tool(row: Mapping[str, Any]) -> Tool:
    footers = [_line(LEAD, pattern) for pattern in row.get("footers", ())]
    footers += [
        _line(
            LEAD,
            rf"{MADE_BY}(?:the )?\[[^\]\n]{{0,40}}[^\]]{{0,40}}\]\(https?://(?:[\w-]+\.)*{site}",
        )
        for site in row.get("sites", ())
    ]
    return Tool(
        id=row["id"],
        name=row["name"],
        names=_optional(row.get("names")),
        bare_names=_optional(row.get("bare_names"), end=r"\W*$"),
        branches=_optional("|".join(row.get("branches", ()))),
        footers=tuple(footers),
        signature=_line(QUOTED_LEAD, SIGNED.format(row["names"])) if "names" in row else None,
        links=tuple(re.compile(pattern, re.IGNORECASE) for pattern in row.get("links", ())),
        boxes=tuple(re.compile(pattern, re.IGNORECASE) for pattern in row.get("boxes", ())),
        trailers={
            key.lower(): re.compile(pattern, re.IGNORECASE)
            for key, pattern in row.get("trailers", {}).items()
        },
        name_endings=tuple(row.get("name_endings", ())),
    )


def _line(lead: str, pattern: str) -> re.Pattern[str]:
    # A blank stands for any white space, so that a wrapped footer is found too.
    return re.compile(lead + pattern.replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE)


def _optional(pattern: str | None, *, end: str = "") -> re.Pattern[str] | None:
    return re.compile(rf"(?:{pattern}){end}", re.IGNORECASE) if pattern else None
