"""What must hold whenever the real code has been asked, whatever it was asked to do."""

from apps.pipeline.crash_points import Point
from apps.pipeline.machine import FIRST_IN_BACKGROUND, Status, next_status
from tests.pipeline.situations import Act, Answer, Row

STAYING = ("send_again", "pause", "resume", "postpone")
STOPPING = ("fail", "cancel")
ROLLED_BACK = (Point.IN_BATCH, Point.MOVING, Point.RECOVERING)


class BrokenInvariant(AssertionError):
    """The real code has done what must never happen; the notes tell the way there."""


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BrokenInvariant(otherwise)


def check_answer(before: Row, act: Act, answer: Answer) -> None:
    """
    Check one thing done to one row.

    :raises BrokenInvariant: naming the first that does not hold.
    """
    expect(not answer.outcome.startswith("raised"), f"{act}: {answer.outcome}")
    if answer.outcome == "died" and act.fault in ROLLED_BACK:
        same = (answer.row, answer.log, answer.effects) == (before, (), ())
        expect(same, f"{act}: half of it was stored")
    _check_log(before, act, answer)
    _check_verbs(before, act, answer)
    _check_effects(before, act, answer)
    _check_messages(act, answer)
    row = answer.row
    expect(row.claimed <= row.ticket, f"{act}: a ticket was taken that was never minted")
    expect(
        not answer.log or row.status != Status.FAILED or answer.says_why,
        f"{act}: failed without a reason",
    )
    if answer.outcome == "taken":
        current = (before.ticket, before.status) == (act.ticket, act.status)
        expect(current and not before.paused, f"{act}: a stale ticket was taken")
    if answer.outcome == "recovered" and act.name == "recover":
        expect(needs_help(before), f"{act}: the row was healthy")


def needs_help(row: Row) -> bool:
    """Whether some of what recovery looks for is there; never so in a row at work."""
    claimed = row.claimed == row.ticket
    return (
        row.not_before == "due"
        or (claimed and row.worker == "gone")
        or (claimed and row.heartbeat == "old")
        or (not claimed and row.changed == "old")
    )


def _check_log(before: Row, act: Act, answer: Answer) -> None:
    """Dense, chained, and equal to the row: each row of the log goes on where the last ended."""
    place = (before.ticket, before.status)
    for entry in answer.log:
        expect((entry.ticket - 1, entry.source) == place, f"{act}: the log has a gap at {entry}")
        place = (entry.ticket, entry.target)
    told = (answer.row.ticket, answer.row.status)
    expect(told == place, f"{act}: the log says {place}, the row {told}")


def _check_verbs(before: Row, act: Act, answer: Answer) -> None:
    """The row goes forward by its holder's hand only, and back only by a retry or a refresh."""
    for entry in answer.log:
        if act.name == "end":
            mine = (entry.ticket - 1, entry.source) == (act.ticket, act.status)
            expect(mine, f"{act}: a stale worker moved the row")
        if entry.verb == "advance":
            expect(act.name == "end", f"{act}: only a worker may say that a step is done")
            wanted = next_status(Status(entry.source), two_phase=True)
        elif entry.verb == "retry":
            wanted = Status(before.failed_step)
        elif entry.verb == "refresh":
            at_rest = entry.source in (Status.COMPLETE, Status.FAILED)
            expect(at_rest, f"{act}: a refresh of a run under way")
            wanted = FIRST_IN_BACKGROUND
        else:
            expect(entry.verb in STAYING + STOPPING, f"{act}: who asked for {entry}?")
            wanted = Status.FAILED if entry.verb in STOPPING else Status(entry.source)
        expect(entry.target == wanted, f"{act}: {entry.verb} led to {entry.target}")
    became_complete = answer.row.status == Status.COMPLETE and bool(answer.log)
    complete = before.was_complete or became_complete
    expect(
        answer.row.was_complete == complete, f"{act}: what was complete is forgotten, or made up"
    )


def _check_effects(before: Row, act: Act, answer: Answer) -> None:
    for step, ticket in answer.effects:
        current = (step, ticket) == (before.status, before.ticket)
        expect(current, f"{act}: an effect of a stale ticket")


def _check_messages(act: Act, answer: Answer) -> None:
    """At most one for each minted ticket, and none that speaks of what was not stored."""
    minted = [(entry.ticket, entry.target) for entry in answer.log]
    for message in answer.sent:
        expect(message in minted, f"{act}: a message of a ticket that was never stored")
        minted.remove(message)
