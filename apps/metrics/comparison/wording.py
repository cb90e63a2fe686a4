"""A comparison in sentences: what is beside what, how surely they differ, and no word of cause."""

from apps.metrics.comparison.comparing import Compared, Comparison, Measure, Row
from apps.metrics.comparison.pooling import Effect
from apps.metrics.wording import in_words

AI, REST = "with declared AI use", "without a sign of it"


def sentence_of(row: Row) -> str:
    """One row, from both sides' numbers to the verdict."""
    compared, measure = row.plain, row.measure
    if compared.effect is None:
        return (
            f"{measure.label}: too few to compare, {compared.ai.n} {AI} and {compared.rest.n} "
            f"{REST}; it takes {measure.at_least} of each in the same weeks."
        )
    median = "" if measure.is_share else "a median of "
    sides = f"{median}{in_words(compared.ai)} {AI}, {in_words(compared.rest)} {REST}"
    return (
        f"{measure.label}: {sides} ({held_equal(compared)}, {_counts(compared)} pull requests; "
        f"{effect_of(measure, compared.effect)}): {verdict_of(row)}. "
        f"{smallest_of(measure, compared.effect)}"
    )


def sentence_by_size(row: Row) -> str:
    """The same within size bands; empty where that is nothing of its own."""
    compared = row.by_size
    if compared is None:
        return ""
    if compared.effect is None:
        return "Within size bands too few are left to compare."
    verdict = _verdict(row.measure, compared.effect)
    return (
        f"Within size bands ({held_equal(compared)}, {_counts(compared)} pull requests): "
        f"{effect_of(row.measure, compared.effect)}: {verdict}."
    )


def verdict_of(row: Row) -> str:
    """ "not distinguishable", "longer", "too few"."""
    effect = row.plain.effect
    return "too few" if effect is None else _verdict(row.measure, effect)


def left_out_of(comparison: Comparison) -> str:
    """Which merged ones are on neither side; empty for none."""
    counts = (
        (comparison.suspected, "with suspected AI use"),
        (comparison.undecided, "not decided"),
        (comparison.other_weeks, "merged in weeks without the other side"),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"Left out: {said}." if said else ""


def held_equal(compared: Compared) -> str:
    """What is the same on both sides."""
    authors = _same(compared.authors, "author")
    repositories = _same(compared.repositories, "repository", "repositories")
    match compared.within:
        case "author":
            return f"{authors} in {repositories}"
        case "repository":
            return f"{repositories}, but not the same authors"
        case _:
            return "all together, neither the same authors nor the same repositories"


def effect_of(measure: Measure, effect: Effect) -> str:
    """ "ratio 0.74, 95 % interval 0.52 to 1.08"."""
    if measure.is_share:
        value, low, high = map(_points, (effect.value, effect.low, effect.high))
        return f"difference {value} {_noun(value)}, 95 % interval {low} to {high}"
    value, low, high = map(_ratio, (effect.value, effect.low, effect.high))
    return f"ratio {value}, 95 % interval {low} to {high}"


def smallest_of(measure: Measure, effect: Effect) -> str:
    """From where on a true difference would probably (4 times in 5) have been seen."""
    if measure.is_share:
        points = str(max(1, round(100 * effect.smallest)))
        smallest = f"a difference of {points} {_noun(points)}"
    else:
        smallest = f"a ratio of {_ratio(effect.smallest)} or {_ratio(1 / effect.smallest)}"
    return f"With so many, only {smallest} or beyond is likely to be seen."


def _verdict(measure: Measure, effect: Effect) -> str:
    if not effect.is_apart:
        return "not distinguishable"
    return measure.more if effect.value > effect.none else measure.less


def _counts(compared: Compared) -> str:
    return f"{compared.ai.n} + {compared.rest.n}"


def _same(number: int, one: str, many: str = "") -> str:
    return f"the same {one}" if number == 1 else f"the same {number} {many or one + 's'}"


def _ratio(value: float) -> str:
    """As many digits as matter: "0.74", "1.08", "2.6", "12"."""
    return f"{value:.2f}" if value < 1.995 else f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _points(share: float) -> str:
    points = 100 * share
    said = f"{points:.1f}" if 0.05 <= abs(points) < 0.95 else f"{round(points)}"
    return said.replace("-", "−")


def _noun(points: str) -> str:
    return "point" if points in ("1", "−1") else "points"
