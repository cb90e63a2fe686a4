"""What `manage.py onboard` was asked for, checked before anything is started."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

#: As strict as a typing mistake needs; whether there is such a repository, GitHub says.
NAME_WITH_OWNER = re.compile(
    r"(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,99})/(?P<name>(?!\.{1,2}$)[A-Za-z0-9._-]{1,100})"
)


class Malformed(Exception):
    """The command line cannot be followed; the message is a sentence."""


@dataclass(frozen=True)
class Wanted:
    """Repositories in the order given, each once, and the team that shall read them."""

    repositories: tuple[str, ...]
    owner: str  #: the one named most often, the first of those: its members are the team's
    team: str


def wanted(words: Sequence[str], *, team: str | None) -> Wanted:
    """
    Read OWNER/REPO words; the team is called after the owner unless a name is given.

    :raises Malformed: naming the first word that is no repository.
    """
    repositories: dict[str, str] = {}  # GitHub does not tell upper from lower case
    for word in words:
        if NAME_WITH_OWNER.fullmatch(word) is None:
            raise Malformed(f"“{word}” is not a repository. Write OWNER/REPO: django/django.")
        repositories.setdefault(word.lower(), word)
    if team is not None and not team.strip():
        raise Malformed("The team's name is empty.")
    owner = most_named_owner(repositories.values())
    return Wanted(tuple(repositories.values()), owner, (team or owner).strip())


def most_named_owner(repositories: Collection[str]) -> str:
    owners = [name.split("/")[0] for name in repositories]
    named = Counter(owner.lower() for owner in owners)
    return max(owners, key=lambda owner: named[owner.lower()])  # max takes the first of equals


def token_from(environment: Mapping[str, str], name: str) -> str:
    """
    The token in the environment variable of that name.

    Never on the command line, where every process of the machine could read it.

    :raises Malformed: if there is none.
    """
    token = environment.get(name, "").strip()
    if not token:
        raise Malformed(
            f"There is no token in the environment variable {name}. Set it, or name another with "
            "--token-env. It needs read access to pull requests, contents, metadata and members."
        )
    return token
