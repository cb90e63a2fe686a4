"""Never more than the limit in any sixty seconds, and as near to it as can be."""

import random

import pytest

from apps.llm.limits.limits import Budget, Outcome, Verdict
from tests.llm.limits.stories import LEARNT, PHASE1, PHASE2, RULES


def test_it_begins_with_the_free_tier(make_story):
    assert len(make_story().fill(2_000)) == RULES.free_tokens // 2_000
    assert len(make_story().fill(1)) == RULES.free_requests


def test_the_first_answer_tells_the_true_limit_and_it_is_remembered(make_story):
    story = make_story()
    story.learn(250_000)

    assert len(story.fill(1_000)) == 250
    story.clock.now += 3600
    assert len(story.fill(1_000)) == 250


@pytest.mark.parametrize(("tokens", "requests"), [(250_000, 1_000), (8_000, 30), (6_000, 30)])
def test_the_requests_of_a_minute_follow_from_the_tier(make_story, tokens, requests):
    story = make_story()
    story.learn(tokens)

    assert len(story.fill(1)) == requests - 1


def test_what_was_not_used_is_given_back(make_story):
    story = make_story()
    story.learn()
    names = story.fill(2_000)

    story.end(*names, tokens=500)

    assert len(names) == 5
    assert len(story.fill(2_000)) == 3  # 2,500 used, 7,500 left


def test_an_answer_that_took_more_than_was_supposed_counts_whole(make_story):
    story = make_story()
    story.learn()

    story.end(story.go(1_000), tokens=9_500)

    assert story.ask(1_000).verdict is Verdict.FULL


def test_a_call_without_an_end_keeps_what_it_took(make_story):
    story = make_story()
    story.learn()

    story.end(*story.fill(2_000), outcome=Outcome.FAILED)

    assert story.ask(2_000).verdict is Verdict.FULL


def test_a_call_that_never_arrived_counts_nothing(make_story):
    story = make_story()

    for _ in range(5):
        story.end(*story.fill(1), outcome=Outcome.FAILED, tokens=0)

    assert len(story.fill(1)) == RULES.free_requests


def test_a_minute_later_everything_is_free_again_and_the_wait_says_so(make_story):
    story = make_story()
    story.learn()
    story.end(*story.fill(2_000), tokens=2_000)

    wait = story.ask(2_000).wait

    assert 60 < wait <= 61
    story.clock.now += wait - 0.1
    name, answer = story.begin(2_000)
    assert answer.verdict is Verdict.FULL
    story.clock.now += 0.1
    assert story.limits.ask(name, PHASE1, "team:1", 2_000).verdict is Verdict.GO
    assert len(story.fill(2_000)) == 4


def test_the_wait_is_for_as_much_as_is_needed(make_story):
    story = make_story()
    story.learn()
    story.end(story.go(1_000), tokens=1_000)
    story.clock.now += 10
    story.end(story.go(9_000), tokens=9_000)

    assert 50 < story.ask(1_000).wait <= 51
    assert 60 < story.ask(1_001, holder="team:2").wait <= 61


def test_while_something_is_under_way_that_may_give_back_enough_the_wait_is_short(make_story):
    story = make_story()
    story.learn()
    names = story.fill(2_000)

    assert story.ask(2_000).wait == RULES.latest
    story.end(*names, tokens=2_000)
    story.clock.now += RULES.gone
    assert story.ask(2_000).wait > RULES.longest_in_line


def test_what_is_larger_than_a_minute_goes_at_once_and_takes_nothing(make_story):
    story = make_story()
    story.learn()
    full = story.fill(2_000)

    story.end(story.go(LEARNT + 1), tokens=0)

    story.end(*full, tokens=0)
    assert len(story.fill(2_000)) == 5


def test_a_call_whose_process_died_ends_by_itself(make_story):
    story = make_story(at_once_free=64)
    names = story.fill(2_000)
    story.end(names.pop(), outcome=Outcome.TOO_FAST, tokens=0, wait=1.0)  # from now on two at once
    story.clock.now += RULES.lease

    story.end(story.go(100), tokens=100)

    story.end(*names, tokens=0)  # too late: they count as they were taken
    assert story.ask(2_500).verdict is Verdict.FULL


def test_what_others_use_of_the_same_key_counts(make_story):
    story = make_story()
    story.end(story.go(1_000), tokens=1_000, budget=Budget(LEARNT, left=4_000))  # 5,000 theirs

    assert len(story.fill(1_000)) == 4


def test_what_others_have_used_passes_within_a_minute(make_story):
    story = make_story()
    story.learn(left=0)

    assert story.ask(2_500).wait == 15
    story.clock.now += 30

    assert len(story.fill(1_000)) == 5
    story.clock.now += 61
    assert len(story.fill(1_000)) == 10


def test_what_is_under_way_is_not_taken_for_others_use(make_story):
    story = make_story()
    story.learn(250_000)
    first, *others = [story.go(1_000) for _ in range(8)]

    # Those that Groq has admitted already count there as they do here.
    story.end(first, tokens=300, budget=Budget(250_000, left=250_000 - 300 - 7 * 1_000))

    story.end(*others, tokens=300)
    assert len(story.fill(1_000)) == (250_000 - 8 * 300) // 1_000


@pytest.mark.parametrize("seed", range(4))
def test_a_random_hour_never_exceeds_the_limit_in_any_minute(make_story, seed):
    chance, story = random.Random(seed), make_story()
    story.learn()
    start, used, flying = story.clock.now, [], []
    while story.clock.now < start + 600:
        story.clock.now += chance.uniform(0, 0.4)
        tokens = chance.randint(200, 2_500)
        name, answer = story.begin(tokens, priority=chance.choice([PHASE1, PHASE2]))
        if answer.verdict is Verdict.GO:
            used.append([story.clock.now + 0.3, tokens])  # arrives a little later
            flying.append((name, used[-1]))
        else:
            story.end(name, outcome=Outcome.FAILED)
        if len(flying) > 5:
            name, call = flying.pop(0)
            call[1] = chance.randint(100, call[1])
            story.end(name, tokens=call[1])

    for moment, _ in used:
        minute = [tokens for at, tokens in used if moment - 60 < at <= moment]
        assert sum(minute) <= LEARNT
    assert sum(tokens for _, tokens in used) > 0.8 * LEARNT * 10


def test_what_is_under_way_has_a_share_of_the_minute_at_most_and_one_goes_always(make_story):
    story = make_story(under_way_share=0.25)

    names = story.fill(2_500)
    assert len(names) == 1  # more than a quarter of 8,000
    story.end(*names, tokens=100, budget=Budget(LEARNT, LEARNT - 100))

    assert len(story.fill(1_000)) == 2


def test_whoever_is_first_in_line_looks_more_often_for_a_place(make_story):
    story = make_story(under_way_share=0.25)
    story.go(2_000)

    assert [story.ask(1_000).wait for _ in range(3)] == [RULES.soonest, RULES.latest, RULES.latest]
