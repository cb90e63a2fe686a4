"""A refusal of one is a pause of all, and no storm follows; a day's limit closes for the day."""

import pytest

from apps.llm.limits.limits import BUSY_WAIT, Answer, Budget, Outcome, Verdict
from tests.llm.limits.stories import PHASE2, RULES


def refuse(story, *names, wait=2.0, **more):
    story.end(*names, outcome=Outcome.TOO_FAST, tokens=0, wait=wait, **more)


def test_a_short_refusal_is_a_pause_of_all(make_story):
    story = make_story()
    refuse(story, story.go(), wait=2.0)

    assert story.ask(priority=PHASE2, holder="team:2") == Answer(Verdict.CLOSED, 2.0)
    story.clock.now += 2
    story.go()


def test_a_refusal_that_names_no_time_is_a_short_pause(make_story):
    story = make_story()
    refuse(story, story.go(), wait=None)

    assert story.ask().wait == RULES.unknown_wait


def test_a_later_refusal_never_shortens_a_pause(make_story):
    story = make_story()
    first, second = story.go(), story.go()
    refuse(story, first, wait=120.0)
    refuse(story, second, wait=1.0)

    assert story.ask() == Answer(Verdict.CLOSED, 120.0)


def test_after_a_refusal_half_as_many_go_at_once_and_more_with_each_answer(make_story):
    story = make_story()
    story.learn(250_000)
    names = [story.go() for _ in range(8)]
    refuse(story, *names)
    story.clock.now += 2

    first = story.fill()
    assert len(first) == 4
    name, answer = story.begin()
    assert answer == Answer(Verdict.FULL, RULES.soonest)
    story.end(name, outcome=Outcome.FAILED)
    story.end(first.pop(), tokens=100)
    assert len(story.fill()) == 5  # eight at once
    for _ in range(4):
        story.end(story.go() if not first else first.pop(), tokens=100)
    assert len(story.fill()) > 64


def test_what_had_begun_before_a_refusal_says_nothing_new(make_story):
    story = make_story()
    story.learn(250_000)
    names = [story.go() for _ in range(8)]
    refuse(story, *names[:6])
    story.end(*names[6:], tokens=100)
    story.clock.now += 2

    assert len(story.fill()) == 4  # not one, and not sixteen


def test_refusals_without_an_answer_between_them_end_in_a_long_pause(make_story):
    story = make_story()
    for _ in range(RULES.refusals):
        refuse(story, story.go(), wait=1.0)
        assert story.ask().wait == 1.0
        story.clock.now += 1

    refuse(story, story.go(), wait=1.0)

    assert story.ask() == Answer(Verdict.CLOSED, BUSY_WAIT)


def test_an_answer_ends_the_row_of_refusals(make_story):
    story = make_story()
    for _ in range(RULES.refusals + 2):
        refuse(story, story.go(10), wait=1.0)
        story.clock.now += 1
        story.end(story.go(10), tokens=10)

    refuse(story, story.go(10), wait=1.0)
    assert story.ask().wait == 1.0


@pytest.mark.parametrize(
    ("named", "wait"),
    [(7200.0, 7200.0), (None, RULES.day_wait), (3.0, RULES.shortest_day_wait)],
)
def test_a_limit_of_the_day_closes_for_all_as_long_as_groq_says(make_story, named, wait):
    story = make_story()
    story.end(story.go(), outcome=Outcome.USED_UP, tokens=0, wait=named)

    assert story.ask(holder="team:2") == Answer(Verdict.USED_UP, wait)
    story.clock.now += wait
    story.go()


def test_the_last_requests_of_the_day_close_until_the_reset(make_story):
    story = make_story()
    story.learn(requests_left=2, requests_reset=600.0)
    story.go(10)

    story.learn(requests_left=1, requests_reset=600.0)

    assert story.ask() == Answer(Verdict.USED_UP, 600.0)


def test_what_is_under_way_is_part_of_the_last_requests(make_story):
    story = make_story()
    story.learn(250_000)
    names = [story.go() for _ in range(6)]

    story.end(names.pop(), tokens=10, budget=Budget(250_000, 250_000, 5, 600.0))

    assert story.ask().verdict is Verdict.USED_UP


def test_a_refusal_shows_what_others_have_used(make_story):
    story = make_story()
    story.learn()
    refuse(story, story.go(), wait=1.0, budget=Budget(10_000, left=1_500))
    story.clock.now += 1

    assert len(story.fill(1_000)) == 1
