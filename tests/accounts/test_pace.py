"""What is done too often has to wait: counted in rows, by a hash of whose it is."""

import pytest
import time_machine

from apps.accounts.models import CountedAct
from apps.accounts.pace import LIMITS, TooOften, count, forget

pytestmark = pytest.mark.django_db

MOST, WINDOW = LIMITS["sign_in_mail"]


@pytest.fixture
def clock():
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as traveller:
        yield traveller


def do(times, action="sign_in_mail", subject="mira@example.org"):
    for _ in range(times):
        count(action, subject)


@pytest.mark.parametrize("action", LIMITS)
def test_each_action_may_be_done_so_often_and_no_more(clock, action):
    most, window = LIMITS[action]
    do(most, action)

    with pytest.raises(TooOften) as refusal:
        do(1, action)

    assert refusal.value.seconds == window


def test_who_keeps_trying_does_not_wait_for_ever(clock):
    do(MOST)
    clock.shift(WINDOW - 90)
    for _ in range(3):
        with pytest.raises(TooOften, match="Try again in 2 minutes"):
            do(1)
    clock.shift(80)
    with pytest.raises(TooOften, match="Try again in 10 seconds"):
        do(1)
    clock.shift(11)

    do(1)


def test_others_and_other_actions_are_not_held_up(clock):
    do(MOST)

    do(1, subject="noor@example.org")
    do(1, action="sign_in")


def test_capital_letters_make_nobody_another(clock):
    do(MOST)

    with pytest.raises(TooOften):
        do(1, subject="MIRA@example.org")


def test_the_slate_is_wiped_for_one_action_of_one_subject(clock):
    do(MOST)
    do(1, subject="noor@example.org")

    forget("sign_in_mail", "mira@example.org")

    assert CountedAct.objects.count() == 1
    do(MOST)


def test_neither_the_action_nor_the_subject_can_be_read_in_the_rows(clock):
    do(1)

    assert "mira" not in str(CountedAct.objects.values().get())


def test_what_does_not_count_any_more_is_swept_away(clock):
    do(1)
    clock.shift(WINDOW + 1)

    do(1, subject="noor@example.org")

    assert CountedAct.objects.count() == 1
