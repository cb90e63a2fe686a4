"""The words in which the model and the real row speak of a situation."""

from typing import NamedTuple

BROKER_REFUSES = "the broker refuses"


class Row(NamedTuple):
    """The pipeline's columns; of each time, only what recovery can tell apart."""

    status: str
    ticket: int
    claimed: int
    attempts: int = 0
    paused: bool = False
    worker: str = ""  #: who took the last ticket: "alive" or "gone" on this machine, "elsewhere"
    changed: str | None = "fresh"  #: or "old"
    waiting: str | None = "fresh"
    heartbeat: str | None = None
    not_before: str | None = None  #: "ahead" or "due"
    failed_step: str = ""
    was_complete: bool = False  #: and has not been restarted since

    def moved(self, by: int) -> "Row":
        """The same row with other numbers on its tickets."""
        return self._replace(ticket=self.ticket + by, claimed=self.claimed + by)

    def aged(self) -> "Row":
        """The same row a day later."""
        return self._replace(
            changed="old",
            waiting=self.waiting and "old",
            heartbeat=self.heartbeat and "old",
            not_before=self.not_before and "due",
        )


class Act(NamedTuple):
    """One thing done to the row. `fault`: a `Point` at which the process dies, BROKER_REFUSES."""

    name: str  #: a method of RealRow
    ticket: int = 0
    status: str = ""  #: of the ticket
    how: str = ""
    fault: str = ""

    def __str__(self) -> str:
        words = [self.name, self.how, f"{self.ticket}@{self.status}" if self.ticket else ""]
        return " ".join(word for word in [*words, self.fault and f"({self.fault})"] if word)


class Entry(NamedTuple):
    """A row of the log."""

    ticket: int
    verb: str
    source: str
    target: str
    task_id: str


class Answer(NamedTuple):
    """What the real code made of it."""

    row: Row
    outcome: str  #: what the caller was told; "died" where the fault struck
    says_why: bool  #: there is a sentence for people
    log: tuple[Entry, ...]  #: rows added
    sent: tuple[tuple[int, str], ...]  #: (ticket, status) of each message the broker has got
    effects: tuple[tuple[str, int], ...]  #: (step, ticket) of each effect written

    def moved(self, by: int) -> "Answer":
        """The same answer with other numbers on its tickets."""
        return self._replace(
            row=self.row.moved(by),
            log=tuple(
                entry._replace(
                    ticket=entry.ticket + by,
                )
                for entry in self.log
            ),
            sent=tuple((ticket + by, status) for ticket, status in self.sent),
            effects=tuple((step, ticket + by) for step, ticket in self.effects),
        )


class Hand(NamedTuple):
    """What a busy worker has in hand."""

    ticket: int
    status: str
    wrote: bool = False
