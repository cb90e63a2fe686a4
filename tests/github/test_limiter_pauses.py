"""Where GitHub says no, nobody asks until it allows that, and then fewer do at once."""

import pytest

from apps.github.api.credentials import Priority
from apps.github.api.limits import Outcome, Points, Verdict
from tests.github.stories import PHASE1, PHASE2, WEB

# --- The secondary limit --------------------------------------------------------------------------


def test_a_secondary_limit_halves_once_a_round(make_story):
    story = make_story()
    names = story.fill()

    assert story.refuse(*names[:3], wait=2).at_once == 4
    assert story.end(*names[3:]).at_once == 4


def test_of_requests_that_began_after_the_halving_one_halves_again_down_to_one(make_story):
    story = make_story()
    halved = []
    for _ in range(5):
        story.clock.now += 10
        halved.append(story.refuse(*story.fill(), wait=2).at_once)

    assert halved == [4, 2, 1, 1, 1]


def test_after_a_halving_a_whole_clean_round_adds_one(make_story):
    story = make_story()
    story.refuse(*story.fill(), wait=2)
    story.clock.now += 3

    assert story.end(*story.fill()[:3]).at_once == 4
    story.clock.now += 1
    assert story.end(*story.fill()[:1]).at_once == 5


def test_everything_is_closed_as_long_as_github_says(make_story):
    story = make_story()
    story.refuse(*story.many(1), wait=7)

    for priority in Priority:
        answer = story.ask(priority)
        assert (answer.verdict, answer.wait) == (Verdict.CLOSED, 7)
    story.clock.now += 7
    assert story.ask().verdict is Verdict.GO


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(Outcome.TOO_FAST, Verdict.CLOSED), (Outcome.USED_UP, Verdict.USED_UP)],
)
def test_a_shorter_pause_does_not_shorten_a_longer_one(make_story, outcome, verdict):
    story = make_story()
    first, second = story.many(2)
    story.end(first, outcome=outcome, wait=90)
    story.end(second, outcome=outcome, wait=10)

    answer = story.ask()

    assert (answer.verdict, answer.wait) == (verdict, 90)


def test_where_github_names_no_time_it_is_a_minute_and_then_twice_as_long_up_to_an_hour(make_story):
    story = make_story()
    waits = []
    for _ in range(8):
        waits.append(story.refuse(*story.many(1)).wait)
        story.clock.now += waits[-1]

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_clean_answer_between_begins_the_pauses_anew(make_story):
    story = make_story()
    for _ in range(3):
        story.clock.now += story.refuse(*story.many(1)).wait

    story.end(*story.many(1))

    assert story.refuse(*story.many(1)).wait == 60


def test_an_answer_that_was_on_its_way_says_nothing_about_the_pause(make_story):
    story = make_story()
    refused, late, later = story.many(3)
    story.refuse(refused)
    story.end(late)
    story.clock.now += 1
    story.refuse(later)
    story.clock.now += 60

    assert story.refuse(*story.many(1)).wait == 120


# --- The hour's points ----------------------------------------------------------------------------


def test_used_up_points_close_everything_until_they_are_back(make_story):
    story = make_story()
    story.end(*story.many(1), outcome=Outcome.USED_UP, wait=900)

    assert {story.ask(priority).verdict for priority in Priority} == {Verdict.USED_UP}
    assert story.ask().wait == 900
    story.clock.now += 900
    assert story.ask().verdict is Verdict.GO


@pytest.mark.parametrize(
    ("left", "let_through"),
    [
        (1001, {WEB, PHASE1, PHASE2}),
        (1000, {WEB, PHASE1}),
        (251, {WEB, PHASE1}),
        (250, {WEB}),
        (1, {WEB}),
        (0, set()),
    ],
)
def test_the_last_points_are_kept_for_those_who_wait(make_story, left, let_through):
    story = make_story()
    story.end(*story.many(1, WEB), points=Points(left, 5000, 600.0))

    answers = {priority: story.ask(priority) for priority in Priority}

    assert {each for each in answers if answers[each].verdict is Verdict.GO} == let_through
    refused = {answers[each].verdict for each in set(Priority) - let_through}
    assert refused <= {Verdict.KEPT if left else Verdict.USED_UP}
    assert {answers[each].wait for each in set(Priority) - let_through} <= {600}


def test_kept_points_are_forgotten_when_the_hour_is_over(make_story):
    story = make_story()
    story.end(*story.many(1), points=Points(0, 5000, 600.0))

    story.clock.now += 600

    assert story.ask(PHASE2).verdict is Verdict.GO
