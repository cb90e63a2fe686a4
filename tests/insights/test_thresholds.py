"""Every threshold has bounds, a source and a rule that reads it."""

from dataclasses import replace

import pytest

from apps.insights.limits import Limits, is_known, parse
from apps.insights.rules import RULES
from apps.insights.thresholds import ABOUT, BY_KEY, ON, THRESHOLDS
from tests.insights.test_rules import FIRES


def test_every_rule_has_its_words_and_a_threshold():
    assert set(ABOUT) == set(RULES) == {threshold.rule for threshold in THRESHOLDS}
    assert len(BY_KEY) == len(THRESHOLDS)


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=str)
def test_a_default_lies_within_its_bounds_and_has_a_source(threshold):
    assert threshold.minimum <= threshold.default <= threshold.maximum
    assert threshold.minimum < threshold.maximum
    assert threshold.source
    assert parse(threshold, f"{threshold.default:g}") == threshold.default


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_can_be_asked_at_the_ends_of_its_bounds(rule):
    for bound in ("minimum", "maximum"):
        chosen = {key: getattr(threshold, bound) for key, threshold in BY_KEY.items()}
        RULES[rule](replace(FIRES[rule], limits=Limits(chosen)))


class Watched(Limits):
    """The defaults, and which of them were looked at."""

    def of(self, rule):
        self.chosen[rule] = set()
        return Looked(super().of(rule), self.chosen[rule])


class Looked(dict):
    def __init__(self, values, keys):
        super().__init__(values)
        self.keys_read = keys

    def __getitem__(self, key):
        self.keys_read.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_fires_has_read_all_of_its_thresholds_and_no_other(rule):
    watched = Watched({})

    RULES[rule](replace(FIRES[rule], limits=watched))

    keys = {threshold.key for threshold in THRESHOLDS if threshold.rule == rule}
    assert watched.chosen == {rule: keys}


def test_a_value_beyond_the_present_bounds_is_taken_to_them():
    assert Limits({("I-01", "hours"): 10**6}).of("I-01")["hours"] == 240
    assert Limits({("I-01", "hours"): 8.0}).of("I-01")["hours"] == 8


def test_a_rule_is_on_unless_it_was_switched_off():
    assert Limits().is_on("I-01")
    assert not Limits({("I-01", ON): 0}).is_on("I-01")
    assert is_known("I-01", ON)
    assert not is_known("I-99", ON)


@pytest.mark.parametrize(
    ("text", "value"), [("36", 36), (" 36 ", 36), ("36.0", 36), ("1", 1), ("240", 240)]
)
def test_a_number_is_read_as_people_type_it(text, value):
    assert parse(BY_KEY["I-01", "hours"], text) == value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("many", "Give a number."),
        ("12 h", "Give a number."),
        ("1.5", "Give a whole number."),
        ("nan", "Give a whole number."),
        ("inf", "Give a whole number."),
        ("0", "Give a number from 1 to 240."),
        ("-3", "Give a number from 1 to 240."),
        ("241", "Give a number from 1 to 240."),
        ("1e9", "Give a number from 1 to 240."),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text, error):
    with pytest.raises(ValueError, match=error):
        parse(BY_KEY["I-01", "hours"], text)


def test_a_factor_may_have_a_decimal_with_a_comma_too():
    assert parse(BY_KEY["I-13", "ratio"], "1,7") == 1.7
    with pytest.raises(ValueError, match=r"from 1\.1 to 10"):
        parse(BY_KEY["I-13", "ratio"], "nan")
