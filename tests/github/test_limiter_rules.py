"""The rules of the limits, told as stories to both that follow them: the script and the process."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.github.api.credentials import Priority
from apps.github.api.limits import Outcome, Points, Report, Verdict
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.limits_in_redis import LimitsInRedis
from tests.github.stories import RULES, Clock, budgets, needs_server

WEB, PHASE1, PHASE2 = Priority.WEB, Priority.PHASE1, Priority.PHASE2


# --- How many at once ---------------------------------------------------------------------------


def test_as_many_as_the_start_begin_and_no_more(make_story):
    story = make_story()

    assert len(story.fill()) == 8
    assert story.ask().verdict is Verdict.FULL


def test_each_clean_answer_adds_one_up_to_the_most(make_story):
    story = make_story()

    grown = story.end(*story.fill())
    assert grown.at_once == 16
    assert len(story.fill()) == 16
    assert story.end(*[f"lease {n}" for n in range(9, 25)]).at_once == 20


@pytest.mark.parametrize(("in_use", "grown"), [(1, 8), (3, 8), (4, 12)])
def test_a_limit_grows_while_half_of_it_is_in_use(make_story, in_use, grown):
    story = make_story()

    assert story.end(*story.many(in_use)).at_once == grown


def test_no_answer_is_no_reason_to_grow(make_story):
    story = make_story()

    assert story.end(*story.fill(), outcome=Outcome.FAILED).at_once == 8


def test_what_was_learnt_is_remembered(make_story):
    story = make_story()
    story.end(*story.fill())

    story.clock.now += 3600

    assert len(story.fill()) == 16


def test_a_request_that_nobody_reports_on_frees_its_place(make_story):
    story = make_story()
    story.fill()

    story.clock.now += RULES.lease - 1
    assert story.ask().verdict is Verdict.FULL
    story.clock.now += 1
    assert story.ask().verdict is Verdict.GO


def test_a_step_that_is_done_again_does_not_wait_for_what_its_forerunner_left(make_story):
    story = make_story()
    for _ in range(8):
        story.begin(PHASE1, "team:5/killed")

    other, answer = story.begin(PHASE1, "team:50/other")
    assert answer.verdict is Verdict.FULL
    story.give_up(other)
    assert [story.ask(PHASE1, "team:5/again").verdict for _ in range(8)] == [Verdict.GO] * 8
    assert story.ask(PHASE1, "team:5/again").verdict is Verdict.FULL


def test_a_report_that_comes_twice_counts_once(make_story):
    story = make_story()
    [first, *_] = story.fill()

    story.end(first)

    assert story.end(first).at_once == 9


# --- The secondary limit ------------------------------------------------------------------------


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


# --- The hour's points --------------------------------------------------------------------------


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


# --- Who goes first -----------------------------------------------------------------------------


def test_pages_go_a_few_beyond_the_limit(make_story):
    story = make_story()
    story.fill(PHASE1)

    assert len(story.fill(WEB)) == RULES.web_beyond
    assert story.ask(PHASE1).verdict is Verdict.FULL


def test_there_are_never_more_than_github_allows(make_story):
    story = make_story(start=98, most=100)
    story.fill(PHASE1)

    assert len(story.fill(WEB)) == 2


def test_while_phase_1_is_active_phase_2_has_a_small_share(make_story):
    story = make_story()
    story.many(1, PHASE1)

    assert story.ask(PHASE2).at_once == 2
    assert len(story.fill(PHASE2)) == 1  # besides the one that has asked
    assert len(story.fill(PHASE1)) == 5


def test_a_small_share_is_at_least_one_and_never_the_last_place(make_story):
    story = make_story(start=2, most=2)
    story.end(*story.many(1, PHASE1))

    assert len(story.fill(PHASE2)) == 1
    assert len(story.fill(PHASE1)) == 1


@pytest.mark.parametrize("too_much", [False, True])
def test_where_one_goes_at_a_time_it_is_one_of_phase_1(make_story, too_much):
    story = make_story(start=20 if too_much else 1)
    story.end(*story.many(1, PHASE1), seconds=RULES.seconds_a_minute * too_much)
    waiting, _ = story.begin(PHASE2)

    story.clock.now += RULES.phase1_active - 0.1
    assert len(story.fill(PHASE1)) == 1
    story.clock.now += 60
    assert story.limits.ask(waiting, PHASE2, "").verdict is Verdict.GO


def test_when_phase_1_is_done_phase_2_has_everything(make_story):
    story = make_story()
    story.end(*story.many(1, PHASE1))

    story.clock.now += RULES.phase1_active

    assert len(story.fill(PHASE2)) == 8


# --- GitHub's time ------------------------------------------------------------------------------


@pytest.mark.parametrize("priority", [PHASE1, PHASE2])
def test_above_the_ceiling_of_a_minute_one_goes_at_a_time_and_pages_go_on(make_story, priority):
    story = make_story()
    story.end(*story.many(5, priority), seconds=40.5, priority=priority)

    assert len(story.fill(priority)) == 1
    assert len(story.fill(WEB)) > 1


@pytest.mark.parametrize(("share", "at_once"), [(0.8, 20), (0.85, 15), (0.9, 10), (1.0, 1)])
def test_near_the_ceiling_the_fewer_go_at_once_the_nearer_it_is(make_story, share, at_once):
    story = make_story(start=20)

    assert story.end(*story.many(1), seconds=RULES.seconds_a_minute * share).at_once == at_once


def test_a_minute_later_all_go_on(make_story):
    story = make_story()
    story.end(*story.many(5), seconds=40.5)

    story.clock.now += 60

    assert len(story.fill()) > 1


def test_questions_of_a_minute_have_a_ceiling_too(make_story):
    story = make_story(requests_a_minute=30)
    for _ in range(31):
        story.end(*story.many(1), seconds=0.01)

    assert len(story.fill()) == 1


# --- Both alike ---------------------------------------------------------------------------------

steps = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(Priority), st.sampled_from(["x", "t:1/a", "t:1/b"])),
    st.tuples(
        st.just("tell"),
        st.integers(0, 30),
        st.builds(
            Report,
            outcome=st.sampled_from([Outcome.CLEAN] * 3 + list(Outcome)),
            seconds=st.sampled_from([0.5, 8.0, 60.0]),
            wait=st.sampled_from([1.0, 30.0, None]),
            points=st.none()
            | st.builds(
                Points,
                st.sampled_from([0, 9, 15, 50]),
                st.just(100),
                st.sampled_from([20.0, 600.0]),
            ),
        ),
    ),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 3.0, 11.0, 61.0, 700.0])),
)


@needs_server
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(steps, max_size=60), start=st.sampled_from([1, 4]))
def test_both_decide_alike_whatever_happens(valkey_url, story, start):
    clock, rules = Clock(), replace(RULES, start=start, most=6, requests_a_minute=25)
    both = [
        LimitsInProcess(rules, clock=clock),
        LimitsInRedis(valkey_url, next(budgets), rules, clock=clock),
    ]
    asked: list[tuple[str, Priority]] = []

    for what, *more in story:
        if what == "pass":
            clock.now += more[0]
        elif what == "ask":
            asked.append((f"lease {len(asked)}", more[0]))
            ours, theirs = [limits.ask(*asked[-1], more[1]) for limits in both]
            assert ours == theirs
        elif asked:
            lease = asked[-1 - more[0] % len(asked)]
            ours, theirs = [limits.tell(*lease, more[1]) for limits in both]
            assert ours == theirs
