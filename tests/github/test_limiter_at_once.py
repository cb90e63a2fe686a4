"""As many requests go at once as GitHub has borne, and one at a time above a minute's ceiling."""

import pytest

from apps.github.api.limits import Outcome, Verdict
from tests.github.stories import PHASE1, PHASE2, RULES, WEB


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


# --- GitHub's time --------------------------------------------------------------------------------


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
