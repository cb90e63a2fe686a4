"""The words of the table of places: who may open a URL, by which methods, and what it answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType


class Who(IntEnum):
    """Whom a URL is for. Whoever is not meant gets what `expecting` says, and nothing else."""

    ANYONE = 0  #: without a session
    SIGNED_IN = 1  #: about nobody else's rows
    MEMBER = 2  #: of the team that the URL names
    ADMIN = 3  #: of that team; its members get 403
    OWNER = 4  #: the one person whose row the URL names; everybody else gets 404


ANYONE, SIGNED_IN, MEMBER, ADMIN, OWNER = Who


@dataclass(frozen=True)
class Of:
    """
    A value that belongs to a team: a column of the row that the world has made of a model.

    :param which: the second or third row of that model.
    """

    model: str
    column: str = "pk"
    which: int = 1


@dataclass(frozen=True)
class Way:
    """One method of a URL."""

    who: Who
    answers: Collection[int]  #: what those may get whom it is for
    body: Mapping[str, "str | Of"] = field(default_factory=dict)
    #: A POST changes rows, or has a message sent, when it comes from whom it is for; a GET never
    #: does, unless the reason stands here.
    effect: bool | str = False


def reads(who: Who, *answers: int, effect: str = "") -> Way:
    """GET and HEAD; 200 unless other answers are named. `effect`: why it may write after all."""
    return Way(who, answers or (200,), effect=effect)


def writes(
    who: Who,
    *answers: int,
    body: Mapping[str, str | Of] = MappingProxyType({}),
    effect: bool = True,
) -> Way:
    """
    POST; 302 unless other answers are named.

    :param body: what makes it work for whom it is for, so that the others are refused with it.
    :param effect: whether it then changes something here; what only leads elsewhere does not.
    """
    return Way(who, answers or (302,), body=body, effect=effect)


@dataclass(frozen=True)
class Place:
    """
    One named URL.

    :param ids: for each argument of the URL the row that it names, or a text that is always the
        same. `slug` is a team's unless told.
    :param api: asked by programs: without a session it is 401, and never a redirect.
    :param from_mail: a link of a mail leads here: its view itself sends strangers to sign in.
    :param shown_to_staff: a GET of it is for staff as well.
    :param exempt: why it takes forms without a token against forged requests.
    """

    get: Way | None = None
    post: Way | None = None
    ids: Mapping[str, str | Of] = field(default_factory=dict)
    api: bool = False
    from_mail: bool = False
    shown_to_staff: bool = False
    exempt: str = ""

    def way(self, method: str) -> Way | None:
        if method in ("GET", "HEAD"):
            return self.get
        return self.post if method == "POST" else None

    @property
    def is_open(self) -> bool:
        """Whether somebody without a session gets anything at all."""
        return any(way is not None and way.who == ANYONE for way in (self.get, self.post))
