"""Who waits goes first: pages before phase 1, and phase 1 before phase 2, which never stops."""

import pytest

from apps.github.api.limits import Verdict
from tests.github.stories import PHASE1, PHASE2, RULES, WEB


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
