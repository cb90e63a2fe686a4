"""Which pull requests name which issue, and where: by number alone, which reshuffles no story."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

#: The key of the Jira project in which a repository is planned.
PROJECT_OF: Mapping[str, str] = MappingProxyType(
    {"harbor": "HARB", "lantern-web": "LAN", "tide-pipelines": "TIDE"}
)
NAMING = 0.74  # of the pull requests by people


@dataclass(frozen=True)
class Mention:
    key: str  #: of the issue
    place: Literal["branch", "title", "commit"]


def mention_of(repository: str, number: int) -> Mention | None:
    """What a person's pull request of that number names; some of them share an issue."""
    project = PROJECT_OF.get(repository)
    dice = _dice(repository, number)
    if project is None or dice >= NAMING:
        return None
    share = dice / NAMING
    place: Literal["branch", "title", "commit"]
    place = "branch" if share < 0.55 else "title" if share < 0.8 else "commit"
    return Mention(f"{project}-{100 + number // 3}", place)


def _dice(repository: str, number: int) -> float:
    """From 0 to 1, always the same."""
    digest = sha256(f"issue of {repository}#{number}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
