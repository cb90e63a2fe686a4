"""A hotfix is what the team calls one; without a word nothing is said."""

import pytest

from apps.metrics.hotfixes import hotfix_rule


@pytest.mark.parametrize("words", [[], [""], ["  "]])
def test_without_a_word_there_is_no_rule(words):
    assert hotfix_rule(words) is None


@pytest.mark.parametrize(
    ("title", "branch", "labels", "expected"),
    [
        ("Fix login", "hotfix/login", [], True),
        ("Fix login", "HotFix-12", [], True),
        ("Fix login", "hotfix", [], True),
        ("Fix login", "hotfixture", [], False),
        ("Fix login", "fix/hotfix", [], False),
        ("Hotfix: login", "x", [], True),
        ("A (hotfix) for login", "x", [], True),
        ("hotfixes are bad", "x", [], False),
        ("Fix login", "x", ["bug", " HOTFIX "], True),
        ("Fix login", "x", ["not-a-hotfix"], False),
        ("Incident 12 c++ fix", "x", [], True),
    ],
)
def test_a_word_counts_as_label_branch_or_whole_word(title, branch, labels, expected):
    is_hotfix = hotfix_rule(["hotfix", "c++"])

    assert is_hotfix is not None
    assert is_hotfix(title, branch, labels) is expected
