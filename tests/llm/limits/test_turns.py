"""Phase 1 comes first, and between the teams of one key turns are fair."""

from apps.llm.limits.limits import Outcome, Verdict
from tests.llm.limits.stories import LEARNT, PHASE1, PHASE2, RULES


def full(story):
    """A minute that is used up, of which the oldest tokens are free in a second."""
    story.learn()
    story.end(*story.fill(1_000, holder="old"), tokens=1_000)
    story.clock.now += RULES.minute - 1
    return story


def test_while_phase_1_is_active_phase_2_has_a_share_only(make_story):
    story = make_story()
    story.learn()

    assert len(story.fill(500, priority=PHASE2)) == LEARNT * RULES.phase2_share / 500
    assert len(story.fill(500, priority=PHASE1)) == LEARNT * (1 - RULES.phase2_share) / 500


def test_one_call_of_phase_2_has_room_however_small_the_share(make_story):
    story = make_story()
    story.learn()

    assert len(story.fill(4_000, priority=PHASE2)) == 1


def test_when_phase_1_is_done_phase_2_has_everything(make_story):
    story = make_story()
    story.learn()

    story.clock.now += RULES.phase1_active

    assert len(story.fill(500, priority=PHASE2)) == LEARNT / 500


def test_phase_1_is_active_while_it_waits_to_come_again(make_story):
    story = make_story()
    story.learn()
    story.end(*story.fill(1_000), tokens=1_000)
    wait = story.ask(1_000).wait

    story.clock.now += wait

    assert len(story.fill(500, priority=PHASE2)) == LEARNT * RULES.phase2_share / 500


def test_phase_2_waits_behind_phase_1_that_came_later(make_story):
    story = full(make_story())
    background = story.begin(1_000, priority=PHASE2)[0]
    urgent = [story.begin(6_000)[0], story.begin(4_000)[0]]

    story.clock.now += 1.5

    assert story.limits.ask(background, PHASE2, "team:1", 1_000).verdict is Verdict.FULL
    for name, tokens in zip(urgent, (6_000, 4_000), strict=True):
        assert story.limits.ask(name, PHASE1, "team:1", tokens).verdict is Verdict.GO


def test_who_has_had_less_of_the_minute_comes_first(make_story):
    story = make_story()
    story.learn()
    story.end(*story.fill(1_000, holder="team:1"), tokens=1_000)
    story.clock.now += RULES.minute - 1
    rich = [story.begin(1_000, holder="team:1")[0] for _ in range(10)]
    poor = [story.begin(1_000, holder="team:2")[0] for _ in range(10)]
    story.clock.now += 1.5

    went = {"team:1": 0, "team:2": 0}
    for names in zip(rich, poor, strict=True):
        for name, holder in zip(names, went, strict=True):
            answer = story.limits.ask(name, PHASE1, holder, 1_000)
            went[holder] += answer.verdict is Verdict.GO

    assert went == {"team:1": 5, "team:2": 5}


def test_a_late_comer_goes_before_whoever_has_used_the_minute(make_story):
    story = make_story()
    story.learn()
    for _ in range(2):  # half a minute after the other
        story.end(*[story.go(1_000, holder="team:1") for _ in range(5)], tokens=1_000)
        story.clock.now += RULES.minute / 2
    waiting = story.begin(1_000, holder="team:1")[0]
    late = story.begin(4_500, holder="team:2")[0]
    story.clock.now += 0.5

    assert story.limits.ask(waiting, PHASE1, "team:1", 1_000).verdict is Verdict.FULL
    assert story.limits.ask(late, PHASE1, "team:2", 4_500).verdict is Verdict.GO


def test_who_does_not_come_back_loses_its_place(make_story):
    story = full(make_story())
    story.begin(LEARNT, holder="gone")
    story.clock.now += RULES.gone

    story.go(1_000)


def test_who_is_told_of_a_long_wait_has_no_place_in_line(make_story):
    story = make_story()
    story.learn()
    story.end(*story.fill(1_000, holder="old"), tokens=1_000)
    assert story.ask(LEARNT).wait > RULES.longest_in_line
    story.clock.now += RULES.minute

    story.clock.now += 1
    story.go(1_000, holder="team:2")


def test_who_leaves_the_line_holds_up_nobody(make_story):
    story = full(make_story())
    name, _ = story.begin(LEARNT, holder="impatient")
    story.end(name, outcome=Outcome.FAILED)
    story.clock.now += 1.5

    story.go(1_000)
