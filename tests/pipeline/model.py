"""
Every order in which two workers, a recovery, a person, a broker and the clock can meet one row.

A breadth-first search: a `State` is the row and what surrounds it; each of its neighbours is found
by asking the real code (`real_row.py`) what it makes of the row. Budgets bound what goes wrong, so
the search ends; within them nothing is left out, and nothing is left to chance.

Worker 0 runs on the machine that recovery runs on, so that its death is seen at once; worker 1 runs
elsewhere, and its silence has to be waited for.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from apps.pipeline.crash_points import Point
from apps.pipeline.machine import Status, journey
from tests.pipeline import invariants
from tests.pipeline.invariants import BrokenInvariant
from tests.pipeline.real_row import RealRow
from tests.pipeline.situations import BROKER_REFUSES, Act, Answer, Hand, Row

JOURNEY = journey(two_phase=True)
END = JOURNEY[-1]
BUTTONS = ("pause", "resume", "cancel", "retry", "refresh")
WHERE = ("alive", "elsewhere")
MANY = 20  # steps; in peace, three statuses and a button or two need far fewer


class Budgets(NamedTuple):
    """How often each of these may happen on one way through the graph."""

    recoveries: int = 0
    duplicates: int = 0
    losses: int = 0
    crashes: int = 0
    failures: int = 0
    presses: int = 0


class State(NamedTuple):
    row: Row
    left: str  #: where it stood before its last ticket
    budgets: Budgets
    messages: tuple[tuple[int, str], ...] = ()  #: in the broker, sorted
    workers: tuple[Hand | None, Hand | None] = (None, None)
    claimed: tuple[int, ...] = ()  #: every ticket that was ever taken
    effects: tuple[str, ...] = ()  #: steps whose work is written
    done: tuple[str, ...] = ()  #: steps completed


class Explored(NamedTuple):
    states: int
    transitions: int


What = tuple[object, ...]  #: words that tell what happened, put together only where they are read
Neighbours = Iterator[tuple[What, State]]


class Model:
    """
    The graph around one real row.

    :param steps: how many, counted from the end of the journey, the row has before it.
    """

    def __init__(self, real: RealRow, budgets: Budgets, *, steps: int = 3) -> None:
        self.real = real
        before, first = JOURNEY[-steps - 2 : -steps]
        self.start = State(Row(first, ticket=1, claimed=0), before, budgets, messages=((1, first),))
        self.came_from: dict[State, tuple[State, What] | None] = {self.start: None}
        self.answers: dict[tuple[Row, Act], Answer] = {}
        self.finishing: set[Row] = set()

    def explore(self) -> Explored:
        """
        Visit every state that can be reached.

        :raises BrokenInvariant: for the first, and so one of the nearest, that must not be.
        """
        queue, transitions = deque([self.start]), 0
        while queue:
            state = queue.popleft()
            try:
                for what, after in self.neighbours(state):
                    transitions += 1
                    if after not in self.came_from:
                        self.came_from[after] = (state, what)
                        queue.append(after)
                self.check_that_it_can_end(state.row)
            except BrokenInvariant as broken:
                broken.add_note(self.way_to(state))
                raise
        return Explored(len(self.came_from), transitions)

    def way_to(self, state: State) -> str:
        lines = [str(state)]
        while (step := self.came_from[state]) is not None:
            state, what = step
            lines.append(" ".join(map(str, what)))
        return "\n".join(reversed(lines))

    def ask(self, row: Row, act: Act) -> Answer:
        """What the real code makes of it, which is checked when it is asked for the first time."""
        answer = self.answers.get((row, act))
        if answer is None:
            answer = self.real.ask(row, act)
            invariants.check_answer(row, act, answer)
            self.answers[row, act] = answer
        return answer

    # --- What may happen next ---------------------------------------------------------------------

    def neighbours(self, state: State) -> Neighbours:
        for number, hand in enumerate(state.workers):
            if hand is None:
                yield from self.deliveries(state, number)
            else:
                yield from self.work(state, number, hand)
        yield from self.recoveries(state)
        yield from self.people(state)
        yield from self.weather(state)
        self.old_copies(state)

    def deliveries(self, state: State, number: int) -> Neighbours:
        for message in sorted(set(state.messages)):
            act = Act("take", *message)
            answer = self.ask(state.row, act)
            after = after_answer(state, act, answer)
            if answer.outcome == "taken":
                after = after._replace(
                    row=after.row._replace(worker=WHERE[number]),
                    claimed=tuple(sorted({*state.claimed, act.ticket})),
                )
                after = holding(after, number, Hand(*message))
            yield ("worker", number, act), without(after, message)
            if answer.outcome == "taken" and (spent := spend(after, "duplicates")):
                yield ("worker", number, act, "and it will come again"), spent

    def work(self, state: State, number: int, hand: Hand) -> Neighbours:
        act = Act("write", hand.ticket, hand.status)
        answer = self.ask(state.row, act)
        still = hand._replace(wrote=True) if answer.outcome == "written" else None
        after = holding(after_answer(state, act, answer), number, still)
        if after != state:
            yield ("worker", number, act), after
        if dying := spend(state, "crashes"):
            yield ("worker", number, "dies"), dead(dying, number)
            if answer.outcome == "written":
                self.ask(state.row, act._replace(fault=Point.IN_BATCH))  # nothing of it may stay
        if hand.wrote:
            yield from self.endings(state, number, hand, "advance")
        if failing := spend(state, "failures"):
            yield from self.endings(failing, number, hand, "transient")
            yield from self.endings(failing, number, hand, "permanent")

    def endings(self, state: State, number: int, hand: Hand, how: str) -> Neighbours:
        act = Act("end", hand.ticket, hand.status, how)
        for hit, after in self.with_faults(state, act):
            died = hit.fault in set(Point)
            yield ("worker", number, hit), (dead if died else released)(after, number)

    def recoveries(self, state: State) -> Neighbours:
        for act in (Act("recover"), Act("hand_over")):
            if self.ask(state.row, act).outcome == "healthy":
                continue
            if recovering := spend(state, "recoveries"):
                for hit, after in self.with_faults(recovering, act):
                    yield (hit,), after

    def people(self, state: State) -> Neighbours:
        for button in BUTTONS:
            act = Act("press", how=button)
            if self.ask(state.row, act).outcome == "refused":
                continue
            if pressing := spend(state, "presses"):
                for hit, after in self.with_faults(pressing, act):
                    yield (hit,), after

    def weather(self, state: State) -> Neighbours:
        if state.row != (aged := state.row.aged()):
            yield ("a day passes",), state._replace(row=aged)
        if losing := spend(state, "losses"):
            for message in sorted(set(state.messages)):
                yield ("lost is message", message), without(losing, message)

    def old_copies(self, state: State) -> None:
        """Loaded before the last move, saved now: they change nothing, so they lead nowhere."""
        for name in ("old_copy_is_saved", "old_copy_saves_its_status"):
            act = Act(name, status=state.left)
            answer = self.ask(state.row, act)
            invariants.expect(answer.row == state.row, "an old copy has written to the row")

    def with_faults(self, state: State, act: Act) -> Iterator[tuple[Act, State]]:
        """In peace; with a death before or after the COMMIT; with a broker that refuses."""
        peace = self.ask(state.row, act)
        yield act, after_answer(state, act, peace)
        faults = [("crashes", Point.MOVING)] if peace.log else []
        if peace.sent:
            faults += [("crashes", Point.COMMITTED), ("losses", BROKER_REFUSES)]
        for budget, fault in faults:
            if faulty := spend(state, budget):
                hit = act._replace(fault=fault)
                yield hit, after_answer(faulty, hit, self.ask(state.row, hit))

    # --- From everywhere the end can be reached ---------------------------------------------------

    def check_that_it_can_end(self, row: Row) -> None:
        """With everything in flight lost: a day passes, and then a worker and a sweep suffice."""
        way = []
        while row not in self.finishing and row.status != END:
            way.append(row)
            invariants.expect(len(way) < MANY, f"the end cannot be reached from {way[0]}")
            row = self.one_step_in_peace(row)
        self.finishing.update(way)

    def one_step_in_peace(self, row: Row) -> Row:
        if row.status == Status.FAILED:
            return self.ask(row, Act("press", how="retry")).row
        if row.paused:
            return self.ask(row, Act("press", how="resume")).row
        answer = self.ask(row.aged(), Act("recover"))
        invariants.expect(answer.outcome == "recovered", f"no recovery ever finds {row}")
        for ticket, status in answer.sent:
            for act in (
                Act("take", ticket, status),
                Act("write", ticket, status),
                Act("end", ticket, status, "advance"),
            ):
                answer = self.ask(answer.row, act)
        return answer.row


def after_answer(state: State, act: Act, answer: Answer) -> State:
    """The state as an answer of the real code leaves it, if all is as it must be."""
    if answer.outcome == "taken":
        invariants.expect(act.ticket not in state.claimed, f"ticket {act.ticket} was taken twice")
    done, effects = list(state.done), {*state.effects}
    for entry in answer.log:
        if entry.verb == "refresh":  # another run, in which each step is done once more
            done, effects = [], set()
        if entry.verb == "advance":
            invariants.expect(entry.source in effects, f"{entry.source}: done without work")
            invariants.expect(entry.source not in done, f"{entry.source} was completed twice")
            done.append(entry.source)
    return state._replace(
        row=answer.row,
        left=answer.log[-1].source if answer.log else state.left,
        messages=tuple(sorted([*state.messages, *answer.sent])),
        effects=tuple(sorted({*effects, *(step for step, _ticket in answer.effects)})),
        done=tuple(done),
    )


def spend(state: State, what: str) -> State | None:
    left = getattr(state.budgets, what)
    if not left:
        return None
    return state._replace(budgets=state.budgets._replace(**{what: left - 1}))


def without(state: State, message: tuple[int, str]) -> State:
    messages = list(state.messages)
    messages.remove(message)
    return state._replace(messages=tuple(messages))


def holding(state: State, number: int, hand: Hand | None) -> State:
    first, second = state.workers
    return state._replace(workers=(hand, second) if number == 0 else (first, hand))


def released(state: State, number: int) -> State:
    return holding(state, number, None)


def dead(state: State, number: int) -> State:
    """The worker's process is gone; on this machine that can be seen in the row it has taken."""
    hand = state.workers[number]
    seen = number == 0 and hand is not None and state.row.claimed == hand.ticket
    row = state.row._replace(worker="gone") if seen else state.row
    return released(state._replace(row=row), number)
