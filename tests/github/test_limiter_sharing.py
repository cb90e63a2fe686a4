"""
Several teams on one budget: nobody is starved, and nothing is lost by sharing.

Simulated minutes, told to both that follow the rules.
"""

import heapq
from collections.abc import Callable
from itertools import count

import pytest

from apps.github.api.credentials import Priority
from apps.github.api.limiter import pause_in_line
from apps.github.api.limits import Answer, Outcome, Report, Verdict
from tests.github.stories import MakeStory, Story

SECONDS = 1.5  # of GitHub's answer


class House:
    """What happens when, in the time of a story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.begun = story.clock.now
        self.names = (f"lease {number}" for number in count())
        self.calls = 0
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def later(self, seconds: float, event: Callable[[], None]) -> None:
        moment = self.story.clock.now + seconds
        heapq.heappush(self._events, (moment, next(self._order), event))

    def run(self, seconds: float) -> None:
        while self._events[0][0] <= self.begun + seconds:
            self.story.clock.now, _, event = heapq.heappop(self._events)
            event()


class Team:
    """Has endless work, and as many threads as its share; each asks, waits for its turn, asks."""

    def __init__(
        self, house: House, name: str, *, priority: Priority = Priority.PHASE1, after: float = 0.0
    ) -> None:
        self.house = house
        self.holder = f"{name}/process"
        self.priority = priority
        self.at_once = 8
        self.threads = 0
        self.done_at: list[float] = []
        house.later(after, self._begin)

    def done(self, since: float = 0.0) -> int:
        return sum(moment > self.house.begun + since for moment in self.done_at)

    def _begin(self) -> None:
        while self.threads < self.at_once:
            self.threads += 1
            self._ask(next(self.house.names), waited=0.0)

    def _ask(self, lease: str, waited: float) -> None:
        answer = self.house.story.limits.ask(lease, self.priority, self.holder)
        self._hear(answer)
        if answer.verdict is Verdict.GO:
            self.house.later(SECONDS, lambda: self._end(lease))
        else:
            assert answer.verdict is Verdict.FULL
            pause = pause_in_line(answer, waited)
            self.house.later(pause, lambda: self._ask(lease, waited + pause))

    def _end(self, lease: str) -> None:
        report = Report(Outcome.CLEAN, SECONDS)
        self._hear(self.house.story.limits.tell(lease, self.priority, report))
        self.done_at.append(self.house.story.clock.now)
        self.threads -= 1
        self._begin()

    def _hear(self, answer: Answer) -> None:
        self.house.calls += 1
        self.at_once = answer.at_once


def of_one_alone(make_story: MakeStory, **rules: object) -> int:
    house = House(make_story(**rules))
    team = Team(house, "team:1")
    house.run(180)
    return team.done()


NEAR_THE_CEILING = {}
AT_THE_LIMIT = {"seconds_a_minute": 1e9}
FEWER_PLACES_THAN_TEAMS = {"start": 2, "most": 2, "seconds_a_minute": 1e9}
RULES = [NEAR_THE_CEILING, AT_THE_LIMIT, FEWER_PLACES_THAN_TEAMS]


@pytest.mark.parametrize(
    ("rules", "of_one"),
    [(NEAR_THE_CEILING, 0.97), (AT_THE_LIMIT, 0.97), (FEWER_PLACES_THAN_TEAMS, 0.94)],
)
@pytest.mark.parametrize("number", [2, 3])
def test_teams_share_a_budget_evenly_and_get_as_much_as_one_alone(
    make_story, number, rules, of_one
):
    """But for the moment until the next in line asks again."""
    house = House(make_story(**rules))
    teams = [Team(house, f"team:{n}") for n in range(number)]

    house.run(180)

    done = [team.done() for team in teams]
    assert max(done) <= 1.2 * min(done)
    assert sum(done) >= of_one * of_one_alone(make_story, **rules)
    assert house.calls <= 12 * sum(done)


def test_one_alone_has_as_many_under_way_as_the_limit_and_asks_twice_for_each(make_story):
    house = House(make_story(seconds_a_minute=1e9))
    team = Team(house, "team:1")

    house.run(60)

    assert team.done() >= 20 * (60 - 2 * SECONDS) / SECONDS
    assert house.calls <= 2 * team.done() + 20


def test_who_comes_later_soon_has_as_much_as_who_was_there(make_story):
    house = House(make_story(seconds_a_minute=1e9))
    first, second = Team(house, "team:1"), Team(house, "team:2", after=30)

    house.run(60)

    late = 30 + 2 * SECONDS
    assert 0.8 <= second.done(since=late) / first.done(since=late) <= 1.25


def test_what_one_does_not_want_the_others_have(make_story):
    story = make_story(start=20)
    for _ in range(2):
        story.begin(Priority.PHASE1, "team:1/a")

    assert story.ask(Priority.PHASE1, "team:2/a").at_once == 18
    assert story.ask(Priority.PHASE1, "team:3/a").at_once == 17
    for _ in range(12):
        story.begin(Priority.PHASE1, "team:2/a")
    assert story.ask(Priority.PHASE1, "team:3/a").at_once == 9


@pytest.mark.parametrize("rules", RULES)
def test_phase_2_of_another_team_takes_nearly_nothing_from_phase_1(make_story, rules):
    house = House(make_story(**rules))
    first = Team(house, "team:1")
    second = Team(house, "team:2", priority=Priority.PHASE2)

    house.run(180)

    assert first.done() >= 0.9 * of_one_alone(make_story, **rules)
    assert second.done() <= 0.15 * first.done()


def test_of_one_place_the_longest_in_line_is_next_and_a_newcomer_last(make_story):
    story = make_story(start=1, most=1)
    asked = {name: story.begin(Priority.PHASE1, f"team:{name}/a")[0] for name in "abc"}
    story.end(asked["a"])

    def ask(team: str) -> Answer:
        return story.limits.ask(asked[team], Priority.PHASE1, f"team:{team}/a")

    assert story.begin(Priority.PHASE1, "team:a/a")[1].verdict is Verdict.FULL
    assert ask("c").verdict is Verdict.FULL
    assert ask("b").verdict is Verdict.GO
    story.end(asked["b"])
    assert ask("c").verdict is Verdict.GO


def test_who_has_gone_holds_nobody_up(make_story):
    story = make_story(start=1, most=1)
    [first] = story.many(1)
    told, _ = story.begin(Priority.PHASE1, "team:told/a")
    story.begin(Priority.PHASE1, "team:dead/a")
    story.end(first)

    story.give_up(told)
    assert story.ask(Priority.PHASE1, "team:new/a").verdict is Verdict.FULL
    story.clock.now += 3
    assert story.ask(Priority.PHASE1, "team:new/b").verdict is Verdict.GO


def test_a_step_that_is_done_again_leaves_no_forerunner_in_line(make_story):
    story = make_story(start=1, most=1)
    [first] = story.many(1)
    story.begin(Priority.PHASE1, "team:5/killed")
    story.end(first)

    assert story.ask(Priority.PHASE1, "team:5/again").verdict is Verdict.GO


def test_the_nearer_its_turn_the_sooner_a_request_asks_again(make_story):
    story = make_story(start=10, most=10)
    story.fill()

    waits = [story.ask(Priority.PHASE1, "team:1/a").wait for _ in range(14)]

    assert waits == [0.1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 1, 1]


def test_one_that_has_waited_long_asks_seldom():
    first = Answer(Verdict.FULL, 0.1, 1)

    assert [pause_in_line(first, waited) for waited in (0, 2, 10, 600)] == [0.1, 0.1, 0.5, 1]
