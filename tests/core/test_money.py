"""Money in words: digits enough for a call that costs a hundredth of a cent."""

import pytest

from apps.core.money import budget_in_words, in_words


@pytest.mark.parametrize(
    ("nano", "words"),
    [
        (0, "$0"),
        (1, "less than $0.0001"),
        (99_999, "less than $0.0001"),
        (100_000, "$0.0001"),
        (12_340_000, "$0.0123"),
        (500_000_000, "$0.5000"),
        (1_234_567_890_123, "$1,234.57"),
    ],
)
def test_money_has_enough_digits(nano, words):
    assert in_words(nano) == words


def test_a_budget_is_said_in_cents():
    assert budget_in_words(500_000_000) == "$0.50"
    assert budget_in_words(500_000) == "$0.0005"
