"""A paragraph may repeat numbers, and make none."""

import pytest

from apps.insights.rules import RULES
from apps.insights.verify import says_only
from tests.insights.test_rules import FIRES

FACTS = (
    "1,204 pull requests were merged in the last 30 days.\n"
    "The median cycle time is 7.5 h.\n"
    "Half of the pull requests waited 31 hours or more."
)


@pytest.mark.parametrize(
    "paragraph",
    [
        "In 30 days 1204 pull requests were merged, with a median of 7.5 hours.",
        "The team merged 1,204 pull requests; half of them waited 31 hours or more.",
        "One thing stands out: pull requests waited 31 hours for a first review.",
    ],
)
def test_numbers_of_the_facts_may_be_said(paragraph):
    assert says_only(paragraph, FACTS)


@pytest.mark.parametrize(
    "paragraph",
    [
        "In 30 days 1205 pull requests were merged, with a median of 7.5 hours.",
        "The median cycle time is 7 hours over the last 30 days of the team.",
        "The team merged about forty pull requests a day during the last month.",
        "The team merged twice as many pull requests as in the month before.",
        "The team has three problems, of which the first review is the largest.",
        "A majority of the pull requests waited for more than a day this month.",
        "Too short: 30 days.",
        "# Summary\nIn 30 days 1204 pull requests were merged by the whole team.",
        "See https://example.org for the 1204 pull requests of the last 30 days.",
    ],
)
def test_anything_else_is_refused(paragraph):
    assert not says_only(paragraph, FACTS)


def test_an_endless_paragraph_is_refused():
    assert not says_only("The team merged pull requests. " * 40, FACTS)


@pytest.mark.parametrize("rule", sorted(set(FIRES) - {"I-17"}))
def test_each_rule_s_sentence_may_be_said_as_it_is_and_with_no_other_number(rule):
    sentence = RULES[rule](FIRES[rule]).sentence

    assert says_only(sentence, sentence)
    assert not says_only(f"{sentence} It was 4711 before.", sentence)
    assert not says_only(f"{sentence} That is twice as much.", sentence)
