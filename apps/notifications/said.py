"""What a message says, as data: mails and posts are made of it, and look alike because of it."""

from dataclasses import dataclass
from datetime import datetime

from apps.teams.models import Team


@dataclass(frozen=True)
class Occasion:
    """What a message is about: all that is kept in its row."""

    team: Team
    now: datetime  #: the end of the days that it tells of
    run: int = 0  #: of the pipeline; of the weekly one, the Monday on which it is due
    ticket: int = 0  #: of the move that it tells of, where a run may have several


@dataclass(frozen=True)
class Line:
    """One number: what it is, what it says, what is missing from it, and what it was before."""

    label: str
    value: str
    note: str = ""
    before: str = ""


@dataclass(frozen=True)
class Part:
    """Sentences under a heading."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A message to anybody of a team. Its texts are plain: whoever shows them escapes them."""

    subject: str  #: one line
    heading: str
    button: str
    url: str
    why: str  #: that one gets it, as the end of the mail says
    lead: tuple[str, ...] = ()
    basis: str = ""  #: what the lines rest on
    columns: tuple[str, str] = ("", "")  #: above the values, where there are those before
    lines: tuple[Line, ...] = ()
    parts: tuple[Part, ...] = ()
