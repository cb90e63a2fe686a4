"""Each invariant of a chaos run holds for a whole run, and breaks for a falsified one."""

from dataclasses import replace

import pytest

from apps.operations.bench.chaos.evidence import Mailed, Taken
from apps.operations.bench.chaos.fault import Fault
from apps.operations.bench.chaos.invariants import INVARIANTS, broken
from apps.operations.bench.chaos.travellers import Traveller
from apps.pipeline.machine import Status
from apps.pipeline.recovery import DEAD, DIED, LOST
from tests.operations.chaos.trails import ANSWERS, entry, evidence, resumed, trail, whole_log


def one_step_left_out():
    log = whole_log()
    log[4].target = log[5].target
    del log[5]
    for number, item in enumerate(log, start=1):
        item.ticket = number
    return evidence(trail(log))


def a_step_twice():
    log = whole_log()
    again = entry(4, Status.SYNCING, Status.LLM_PROCESSING)
    for later in log[3:]:
        later.ticket += 1
    return evidence(trail([*log[:3], again, *log[3:]]))


def a_ticket_is_missing():
    log = whole_log()
    for later in log[3:]:
        later.ticket += 1
    return evidence(trail(log))


def a_ticket_was_taken_twice():
    whole = trail()
    return evidence(replace(whole, taken=[*whole.taken, whole.taken[3]]))


def a_step_ended_that_nobody_took():
    whole = trail()
    return evidence(replace(whole, taken=whole.taken[1:]))


def started_twice():
    log = whole_log()
    log[1].verb = "start"
    return evidence(trail(log))


def moved_back():
    log = resumed(whole_log(), 5, "")
    log[5].target = Status.SYNCING
    return evidence(trail(log))


def not_arrived():
    return evidence(trail(whole_log()[:-1]))


def failed_without_a_word():
    lost = Traveller("ada", 1, "ghp", "ada@example.com", failures=["KeyError"])
    return evidence(trail(traveller=lost))


def other_rows():
    return evidence(trail(rows={"pull requests": [("harbor", "2")]}))


def one_row_twice():
    return evidence(trail(rows={"pull requests": [("harbor", "1")] * 2}))


def mails(*found):
    return evidence(trail(mails=list(found)))


def recovered(reason, *faults):
    log = resumed(whole_log(), 4, reason)
    return evidence(trail(log), struck=list(faults))


def nothing(scene):
    yield 0


KILL = Fault("a kill", nothing, frozenset({DIED}))

BREAKS = {
    "every team arrives": [not_arrived, failed_without_a_word],
    "tickets are dense": [a_ticket_is_missing],
    "every step ends once": [one_step_left_out, a_step_twice, started_twice],
    "the row never moves back": [moved_back],
    "no ticket is worked twice": [a_ticket_was_taken_twice, a_step_ended_that_nobody_took],
    "rows are those of an undisturbed run": [other_rows, one_row_twice],
    "every mail is sent once": [
        lambda: mails(),
        lambda: mails(Mailed("ready", 1, "sent", "", 0)),
        lambda: mails(Mailed("ready", 1, "sent", "", 2)),
        lambda: mails(Mailed("ready", 1, "refused", "", 1)),
        lambda: mails(Mailed("ready", 1, "pending", "", 0)),
        lambda: mails(*[Mailed("ready", 1, "sent", "", 1)] * 2),
    ],
    "nothing is asked more often than attempts allow": [lambda: evidence(trail(most_asked=13))],
    "little is paid twice": [lambda: evidence(answers=ANSWERS + 1)],
    "no healthy step is recovered": [lambda: recovered(DIED), lambda: recovered(DEAD, KILL)],
    "nobody is left behind": [
        lambda: evidence(processes=99),
        lambda: evidence(sessions=99),
        lambda: evidence(clients=999),
    ],
}


@pytest.mark.parametrize(
    "whole",
    [
        evidence,
        lambda: evidence(trail(), trail()),
        lambda: recovered(DIED, KILL),
        lambda: recovered(LOST),
        lambda: evidence(trail(resumed(whole_log(), 3, DIED)), struck=[KILL], answers=ANSWERS + 8),
        lambda: evidence(trail(most_asked=12)),
        lambda: mails(Mailed("ready", 1, "refused", "No such mailbox", 0)),
        lambda: mails(Mailed("ready", 1, "sending", "It may have arrived", 0)),
        lambda: evidence(trail(mails=[Mailed("ready", 1, "sent", "", 2)]), struck=[KILL]),
    ],
)
def test_a_whole_run_breaks_nothing(whole):
    assert broken(whole(), evidence()) == []


def test_every_invariant_is_falsified_below():
    assert {name.replace(" ", "_") for name in BREAKS} == {each.__name__ for each in INVARIANTS}


@pytest.mark.parametrize(
    ("invariant", "falsified"),
    [(name, falsified) for name, cases in BREAKS.items() for falsified in cases],
)
def test_a_falsified_run_breaks_its_invariant(invariant, falsified):
    assert any(
        sentence.startswith(f"{invariant}: ") for sentence in broken(falsified(), evidence())
    )


def test_a_ticket_of_another_team_is_another_ticket():
    one = trail()
    other = replace(trail(), taken=[Taken(2, *claim[1:]) for claim in one.taken])

    assert broken(evidence(one, other), evidence()) == []
