"""The interval of a comparison keeps its promise: 95 of 100 hold what is true."""

import math
import random
from itertools import product
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.comparison.pooling import Stratum, difference, ratio

#: AI and other pull requests of each stratum: one team at once, many people with few, people who
#: differ much in how often they use it.
SHAPES = [
    [(12, 12)],
    [(40, 110)],
    [(1, 2)] * 12,
    [(1, 3), (2, 2), (5, 1), (1, 1), (4, 12), (8, 3)],
    [(1 + n % 4, 1 + n % 9) for n in range(24)],
]
RUNS = 200
#: Fewer of 200 runs would be the truth of a 95 % interval once in forty times; the runs are seeded.
HONEST = 0.92


def durations(shape, rng: random.Random, *, factor: float = 1) -> list[Stratum]:
    """Log-normal, each person with another typical duration."""

    def some(n: int, middle: float) -> list[float]:
        return [math.exp(rng.gauss(middle, 1.5)) for _ in range(n)]

    middles = [rng.gauss(10, 1) for _ in shape]
    return [
        Stratum(some(ai, middle + math.log(factor)), some(rest, middle))
        for (ai, rest), middle in zip(shape, middles, strict=True)
    ]


def shares(shape, rng: random.Random, share: float, *, more: float = 0) -> list[Stratum]:
    def some(n: int, chance: float) -> list[float]:
        return [float(rng.random() < chance) for _ in range(n)]

    return [
        Stratum(some(ai, chance + more), some(rest, chance))
        for ai, rest in shape
        for chance in [share * rng.uniform(0.5, 1.5)]
    ]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("factor", [1, 2])
def test_the_interval_of_a_ratio_holds_the_truth_95_times_in_100(shape, factor):
    rng = random.Random(6)

    found = [ratio(durations(shape, rng, factor=factor), floor=1) for _ in range(RUNS)]

    assert sum(one.low <= factor <= one.high for one in found) >= HONEST * RUNS
    if factor == 1:
        assert sum(not one.is_apart for one in found) >= HONEST * RUNS


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("share", "more"), [(0.03, 0), (0.1, 0.2), (0.5, 0), (0.6, 0)])
def test_the_interval_of_a_difference_holds_the_truth_95_times_in_100(shape, share, more):
    rng = random.Random(6)

    found = [difference(shares(shape, rng, share, more=more)) for _ in range(RUNS)]

    assert sum(one.low <= more <= one.high for one in found) >= HONEST * RUNS


def test_a_large_true_effect_is_seen():
    rng = random.Random(6)

    found = [ratio(durations([(40, 110)], rng, factor=3), floor=1) for _ in range(50)]

    assert sum(one.is_apart for one in found) > 45


@pytest.mark.parametrize(
    ("ai", "rest", "sigma", "smallest"),
    [
        (10, 40, 1.5, 4.4),
        (10, 40, 2.0, 7.2),
        (40, 110, 1.5, 2.2),
        (40, 110, 2.0, 2.8),
        (100, 400, 1.5, 1.6),
        (500, 500, 1.5, 1.3),
    ],
)
def test_the_smallest_ratio_is_the_formula_s(ai, rest, sigma, smallest):
    """
    The guide's table: exp((1.96 + 0.84) · σ · √(1/n + 1/m)) for log-normal durations.

    Taken from the interval itself it is a sixth larger for ten: ranks know less of so few.
    """

    def typical(n: int) -> list[float]:
        return [math.exp(10 + sigma * NormalDist().inv_cdf((i + 0.5) / n)) for i in range(n)]

    effect = ratio([Stratum(typical(ai), typical(rest))], floor=1)

    assert effect.smallest == pytest.approx(smallest, rel=0.17 if ai == 10 else 0.06)


values = st.lists(st.integers(1, 10**6), min_size=4, max_size=8)
strata_of_values = st.lists(st.builds(Stratum, values, values), min_size=2, max_size=4)


@given(strata_of_values)
def test_the_ratio_is_the_weighted_median_of_all_ratios_within_strata(strata):
    """Told by trying all pairs, which is what the search by halves must find."""
    effect = ratio(strata, floor=1)

    pairs = sorted(
        (math.log(x) - math.log(y), 1 / (len(stratum.ai) + len(stratum.rest) + 1))
        for stratum in strata
        for x, y in product(stratum.ai, stratum.rest)
    )
    half = sum(weight for _, weight in pairs) / 2
    below = [value for i, (value, _) in enumerate(pairs) if weight_of(pairs[:i]) <= half + 1e-9]
    above = [
        value for i, (value, _) in enumerate(pairs) if weight_of(pairs[i + 1 :]) <= half + 1e-9
    ]
    assert math.log(effect.value) == pytest.approx((max(below) + min(above)) / 2, abs=3e-4)
    assert effect.low / 1.001 <= effect.value <= effect.high * 1.001
    assert effect.smallest >= 1


def weight_of(pairs) -> float:
    return sum(weight for _, weight in pairs)


@given(strata_of_values)
def test_with_the_sides_exchanged_the_ratio_is_the_reciprocal(strata):
    effect = ratio(strata, floor=1)
    exchanged = ratio([Stratum(rest, ai) for ai, rest in strata], floor=1)

    assert effect.value * exchanged.value == pytest.approx(1, rel=1e-3)
    assert effect.low * exchanged.high == pytest.approx(1, rel=1e-3)
    assert effect.is_apart == exchanged.is_apart


@given(strata_of_values, st.floats(1.1, 50))
def test_a_factor_on_the_ai_side_is_the_ratio_s_factor(strata, factor):
    effect = ratio(strata, floor=1)
    longer = ratio([Stratum([factor * x for x in ai], rest) for ai, rest in strata], floor=1)

    assert longer.value == pytest.approx(factor * effect.value, rel=1e-3)
    assert longer.low == pytest.approx(factor * effect.low, rel=1e-3)


sides = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=12)
strata_of_shares = st.lists(st.builds(Stratum, sides, sides), min_size=1, max_size=8)


@given(strata_of_shares)
def test_a_difference_of_shares_stays_in_bounds_and_inside_its_interval(strata):
    effect = difference(strata)

    assert -1 - 1e-9 <= effect.low <= effect.value + 1e-9
    assert effect.value - 1e-9 <= effect.high <= 1 + 1e-9
    assert 0 < effect.smallest <= 1


@given(strata_of_shares)
def test_with_the_sides_exchanged_the_difference_has_the_other_sign(strata):
    effect = difference(strata)
    exchanged = difference([Stratum(rest, ai) for ai, rest in strata])

    assert effect.value == pytest.approx(-exchanged.value)
    assert effect.low == pytest.approx(-exchanged.high)


def test_what_happened_on_neither_side_is_no_difference_and_not_surely_none():
    effect = difference([Stratum([0.0] * 40, [0.0] * 100)])

    assert (effect.value, effect.is_apart) == (0, False)
    assert effect.high > 0.01


def test_too_few_for_any_interval_have_none():
    assert ratio([], floor=1) is None
    assert ratio([Stratum([5], [7, 9])], floor=1) is None
    assert difference([]) is None


def test_the_same_value_everywhere_is_no_difference():
    effect = ratio([Stratum([60] * 20, [60] * 20)], floor=60)

    assert effect.value == pytest.approx(1)
    assert not effect.is_apart
