"""How the sandbox's batches go: `{"batches": {…}}` of `POST /__control`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

ENDS = ("completed", "expired", "cancelled", "failed")


@dataclass(frozen=True)
class BatchSwitches:
    """What is not named is as it should be. Of a number n: every n-th line; 0: none."""

    end: str = "completed"  #: of ENDS; whatever it is, a cancelled batch ends as that
    seconds: float = -1.0  #: that a batch takes; below 0: as the server was started
    cancel_seconds: float = 0.0  #: that cancelling takes
    answered: float = 1.0  #: share of the lines that are read before the end
    failing: int = 0  #: stands in the error file
    refused: int = 0  #: stands in the output file with HTTP status 500
    cut: int = 0  #: is answered, and cut off in the midst of a sentence
    lost: int = 0  #: stands in neither file
    doubled: int = 0  #: stands in the output file twice
    strange: bool = False  #: the output file holds lines that nobody has asked for, and no JSON
    swapped: bool = False  #: each two neighbours have one another's answer
    late: int = 0  #: looks at an ended batch that does not name its files yet
    no_plan: bool = False  #: the key's plan has no batches: 403
    forbidden: bool = False  #: the key may use no files and batches at all: 403
    unknown: bool = False  #: Groq knows no batch: 404
    keeps: bool = False  #: files cannot be deleted: 500
    hangs_up: str = ""  #: "upload", "create", "cancel" or "read" is done, and never answered
    page: int = 20  #: batches in an answer of the list

    @classmethod
    def of(cls, wishes: Mapping[str, Any]) -> Self:
        """:raises ValueError: for a switch or an end that there is not."""
        known = {each.name for each in fields(cls)}
        if strange := sorted(set(wishes) - known):
            raise ValueError(f"no such switch: {strange}; there are {sorted(known)}")
        if wishes.get("end", ENDS[0]) not in ENDS:
            raise ValueError(f"no such end: {wishes['end']}; there are {ENDS}")
        return cls(**wishes)
