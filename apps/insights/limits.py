"""The thresholds that hold for one team, and what a person may type for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.insights.thresholds import ABOUT, BY_KEY, ON, Number, Threshold


@dataclass(frozen=True)
class Limits:
    """The thresholds that hold for one team: its own where it has chosen, else the defaults."""

    chosen: Mapping[tuple[str, str], Number] = field(default_factory=dict)

    def of(self, rule: str) -> dict[str, Number]:
        """
        The rule's thresholds by key.

        A value chosen while wider bounds held is moved to the bound that holds now.
        """
        return {
            key: within(threshold, self.chosen.get((rule, key), threshold.default))
            for (of_rule, key), threshold in BY_KEY.items()
            if of_rule == rule
        }

    def is_on(self, rule: str) -> bool:
        return bool(self.chosen.get((rule, ON), 1))


def is_known(rule: str, key: str) -> bool:
    """Whether a stored setting still means something."""
    return (rule, key) in BY_KEY or (rule in ABOUT and key == ON)


def within(threshold: Threshold, value: Number) -> Number:
    bounded = min(max(value, threshold.minimum), threshold.maximum)
    return round(bounded) if isinstance(threshold.default, int) else bounded


def parse(threshold: Threshold, text: str) -> Number:
    """
    What a person has typed, as a number.

    :raises ValueError: with a sentence for that person.
    """
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError("Give a number.") from None
    if isinstance(threshold.default, int) and value != value // 1:
        raise ValueError("Give a whole number.")
    if not threshold.minimum <= value <= threshold.maximum:
        raise ValueError(f"Give a number from {threshold.minimum} to {threshold.maximum}.")
    return int(value) if isinstance(threshold.default, int) else round(value, 1)
