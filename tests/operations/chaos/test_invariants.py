"""Each invariant of a chaos run holds for a whole run, and breaks for a falsified one."""

from dataclasses import replace
from itertools import pairwise

import pytest

from apps.llm.asking import GROUP
from apps.operations.bench.chaos.evidence import Mailed, Rest, Taken
from apps.operations.bench.chaos.fault import Fault
from apps.operations.bench.chaos.faults_of_the_machine import STOOD_STILL
from apps.operations.bench.chaos.invariants import INVARIANTS, broken
from apps.operations.bench.chaos.travellers import Traveller
from apps.pipeline.machine import Status, refresh_journey
from apps.pipeline.recovery import DEAD, DIED, LOST, STOPPING
from apps.pipeline.runner import OUR_FAULT
from tests.operations.chaos.trails import (
    ANSWERS,
    HAND_OVER,
    SWEEP,
    entry,
    evidence,
    resumed,
    strike,
    trail,
    whole_log,
)


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
    lost = Traveller("ada", 1, "ghp", failures=["KeyError"])
    return evidence(trail(traveller=lost))


def other_rows():
    return evidence(trail(rows={"pull requests": [("harbor", "2")]}))


def one_row_twice():
    return evidence(trail(rows={"pull requests": [("harbor", "1")] * 2}))


def silent(seconds):
    return evidence(trail(traveller=Traveller("ada", 1, "ghp", longest_silence=seconds)))


def retried_to_the_beginning():
    log = whole_log()
    log[4:4] = [
        entry(5, log[4].source, Status.FAILED, "fail"),
        entry(6, Status.FAILED, Status.SYNCING_MEMBERS, "retry"),
    ]
    return evidence(trail(log))


def mails(*found, struck=()):
    return evidence(trail(mails=list(found)), struck=list(struck))


def recovered(reason, *struck, actor=SWEEP):
    log = resumed(whole_log(), 4, reason, actor=actor)
    return evidence(trail(log), struck=list(struck))


def given_up(reason, *struck):
    log = resumed(whole_log(), 4, reason)
    log[4].verb, log[4].target = "fail", Status.FAILED
    again = entry(6, Status.FAILED, log[4].source, "retry")
    for later in log[5:]:
        later.ticket += 1
    return evidence(trail([*log[:5], again, *log[5:]]), struck=list(struck))


IN_HAND = 8 + GROUP  # answers in flight, and those that were to be stored


def analysed_twice(answers, *, reason, verb="send_again", struck=()):
    """The third ticket is the model's step in phase 1; it ends as told and is taken up again."""
    log = resumed(whole_log(), 3, reason)
    log[3].verb = verb
    return evidence(trail(log), struck=list(struck), answers=ANSWERS + answers)


def in_a_second_run(answers):
    log = whole_log()
    return evidence(
        trail([*log, *second_run(len(log))], runs=2),
        answers=ANSWERS + answers,
    )


def second_run(last):
    log = whole_log()
    log[0].source, log[0].verb = Status.COMPLETE, "restart"
    for item in log:
        item.ticket += last
        item.run = 2
    return log


def updated(log=None):
    """A whole run, and then one that brings it up to date."""
    log = whole_log() if log is None else log
    steps = list(pairwise((Status.COMPLETE, *refresh_journey())))
    verbs = ["refresh"] + ["advance"] * (len(steps) - 1)
    return [
        *log,
        *(
            entry(len(log) + number, *step, verb=verb, run=2)
            for number, (step, verb) in enumerate(zip(steps, verbs, strict=True), start=1)
        ),
    ]


def an_update(log=None, *mailed):
    first = Mailed("ready", 1, "sent", "", 1)
    whole = trail(log or updated(), runs=2, mails=[first, *mailed])
    return evidence(whole)


def updated_in_the_midst():
    log = updated(whole_log()[:6])
    log[6].source = log[5].target
    return an_update(log)


def an_update_leaves_a_step_out():
    log = updated()
    del log[-3]
    return an_update(log)


def nothing(scene):
    yield 0


KILL = Fault("a kill", nothing, frozenset({DIED}))
HARMLESS = Fault("GitHub: 502", nothing)
KILLED, KILLED_LATER = strike(KILL), strike(KILL, after=60)
TWO = Mailed("ready", 1, "sent", "", 2)

BREAKS = {
    "every team arrives": [not_arrived, failed_without_a_word],
    "tickets are dense": [a_ticket_is_missing],
    "every step ends once": [
        one_step_left_out,
        a_step_twice,
        started_twice,
        an_update_leaves_a_step_out,
    ],
    "the row never moves back": [moved_back, retried_to_the_beginning, updated_in_the_midst],
    "no ticket is worked twice": [a_ticket_was_taken_twice, a_step_ended_that_nobody_took],
    "rows are those of an undisturbed run": [other_rows, one_row_twice],
    "every mail is sent once": [
        lambda: mails(),
        lambda: mails(Mailed("ready", 1, "sent", "", 0)),
        lambda: mails(TWO),
        lambda: an_update(None, Mailed("ready", 2, "sent", "", 1)),
        lambda: mails(TWO, struck=[strike(HARMLESS)]),
        lambda: mails(replace(TWO, copies=3), struck=[KILLED]),
        lambda: mails(Mailed("ready", 1, "refused", "", 1)),
        lambda: mails(Mailed("ready", 1, "pending", "", 0)),
        lambda: mails(Mailed("ready", 1, "pending", "Our mistake: KeyError", 0)),
        lambda: mails(Mailed("ready", 1, "sending", "", 0)),
        lambda: mails(*[Mailed("ready", 1, "sent", "", 1)] * 2),
    ],
    "nothing is asked more often than attempts allow": [lambda: evidence(trail(most_asked=13))],
    "little is paid twice": [
        lambda: evidence(answers=ANSWERS + 1),
        lambda: analysed_twice(1, reason="GitHub is down.", verb="postpone"),
        lambda: analysed_twice(IN_HAND + 1, reason=OUR_FAULT, verb="postpone"),
        lambda: in_a_second_run(3),
    ],
    "no healthy step is recovered": [
        lambda: recovered(DIED),
        lambda: recovered(DIED, actor="worker start"),
        lambda: recovered(STOPPING, KILLED, actor=HAND_OVER),
        lambda: recovered(DEAD, KILLED),
        lambda: recovered(DIED, KILLED_LATER),
        lambda: given_up(DIED),
        lambda: recovered(DEAD, strike(STOOD_STILL, after=3600.0)),
    ],
    "nobody is forgotten": [lambda: silent(600.0)],
    "nobody is left behind": [
        lambda: evidence(rest=Rest(13, 6, 20)),
        lambda: evidence(rest=Rest(12, 7, 20)),
        lambda: evidence(rest=Rest(12, 6, 21)),
    ],
}


@pytest.mark.parametrize(
    "whole",
    [
        evidence,
        lambda: evidence(trail(), trail()),
        lambda: recovered(DIED, KILLED),
        lambda: given_up(DIED, KILLED),
        lambda: recovered(DEAD, strike(STOOD_STILL)),
        lambda: silent(1.0),
        lambda: recovered(LOST),
        lambda: analysed_twice(IN_HAND, reason=DIED, struck=[KILLED]),
        lambda: analysed_twice(IN_HAND, reason=OUR_FAULT, verb="postpone"),
        lambda: analysed_twice(0, reason="GitHub is down.", verb="postpone"),
        lambda: in_a_second_run(2),
        an_update,
        lambda: evidence(rest=Rest(12, 2, 9)),
        lambda: evidence(trail(most_asked=12)),
        lambda: mails(Mailed("ready", 1, "refused", "No such mailbox", 0)),
        lambda: mails(Mailed("ready", 1, "sending", "It may have arrived", 0)),
        lambda: mails(TWO, struck=[KILLED]),
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
