"""Each rule fires on what it is about, names it, and stays silent otherwise."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from apps.insights.material import Material, RepositoryFacts
from apps.insights.rules import RULES
from apps.metrics.facts import Facts
from tests.insights.plain import DAY, HOUR, NEWER, NOW, OLDER, facts, material, merged


def reverted(*, days_ago: float, after: timedelta = DAY, **others: object) -> Facts:
    return merged(days_ago=days_ago, reverted_at=NOW - days_ago * DAY + after, **others)


def both_sides(ai: dict[str, object], rest: dict[str, object], *, n: int = 20) -> Material:
    """As many with declared AI use as without, by one author in one week, all otherwise alike."""
    long = {"lasted": 20 * HOUR, "days_ago": 20}
    return material(
        *[merged(**{**long, "ai_class": "B", **ai}) for _ in range(n)],
        *[merged(**{**long, "ai_class": "D", **rest}) for _ in range(n)],
    )


FIRES = {
    "I-01": material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR) for _ in range(10)]),
    "I-02": material(facts(created_at=NOW - 6 * DAY)),
    "I-03": material(facts(created_at=NOW - 15 * DAY)),
    "I-04": material(*[merged(lasted=49 * HOUR) for _ in range(5)], *[merged() for _ in range(15)]),
    "I-05": material(*[merged(size=401) for _ in range(4)], *[merged() for _ in range(8)]),
    "I-06": material(*[merged() for _ in range(5)], *[merged(pickup=HOUR) for _ in range(15)]),
    "I-07": material(
        *[merged(pickup=HOUR, reviewer=2) for _ in range(17)],
        *[merged(pickup=HOUR, reviewer=reviewer) for reviewer in (3, 4, 5)],
    ),
    "I-08": material(*[facts(author=n % 4) for n in range(8)]),
    "I-09": material(
        *[merged(days_ago=OLDER, lasted=4 * HOUR) for _ in range(24)],
        *[merged(days_ago=NEWER, lasted=40 * HOUR) for _ in range(12)],
    ),
    "I-10": material(*[merged(lasted=30 * HOUR, pickup=25 * HOUR) for _ in range(12)]),
    "I-11": material(
        *[merged(days_ago=60) for _ in range(40)],
        *[reverted(days_ago=30) for _ in range(4)],
        *[merged(days_ago=30) for _ in range(26)],
    ),
    "I-12": material(
        *[merged(days_ago=OLDER) for _ in range(30)],
        *[merged(days_ago=NEWER, ai_class="B") for _ in range(30)],
    ),
    "I-13": both_sides({"size": 300}, {"size": 60}),
    "I-14": both_sides({"pickup": 9 * HOUR}, {"pickup": HOUR}),
    "I-15": material(*[merged(pickup=HOUR, rounds=3) for _ in range(12)]),
    "I-16": material(*[merged(kind="bot") for _ in range(7)], *[merged() for _ in range(13)]),
    "I-17": material(repositories=[RepositoryFacts("owner/one", False, listed=100, missing=11)]),
    "I-18": material(facts(created_at=NOW - 15 * DAY, updated_at=NOW, is_draft=True)),
}

SILENT = {
    "I-01": [
        material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR) for _ in range(9)]),
        material(*[merged(lasted=60 * HOUR, pickup=24 * HOUR) for _ in range(10)]),
        material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR, days_ago=29) for _ in range(10)]),
        material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR, kind="bot") for _ in range(10)]),
    ],
    "I-02": [
        material(facts(created_at=datetime(2026, 6, 1, 12, tzinfo=UTC))),  # Monday: two days
        material(facts(created_at=NOW - 6 * DAY, is_draft=True)),
        material(facts(created_at=NOW - 6 * DAY, kind="bot")),
        material(facts(created_at=NOW - 6 * DAY, truncated=["reviews"])),
        material(facts(created_at=NOW - 6 * DAY, ready_at=NOW - HOUR)),
        material(facts(created_at=NOW - 6 * DAY, reviews=merged(pickup=HOUR).reviews)),
    ],
    "I-03": [
        material(facts(created_at=NOW - 15 * DAY, updated_at=NOW - 13 * DAY)),
        material(facts(created_at=NOW - 15 * DAY, is_draft=True)),
    ],
    "I-04": [
        material(*[merged(lasted=49 * HOUR) for _ in range(4)], *[merged() for _ in range(16)]),
        material(*[merged(lasted=49 * HOUR) for _ in range(19)]),
    ],
    "I-05": [
        material(*[merged(size=401) for _ in range(3)], *[merged() for _ in range(9)]),
        material(*[merged(size=401) for _ in range(11)]),
        material(*[merged(size=None) for _ in range(20)]),
    ],
    "I-06": [
        material(*[merged() for _ in range(4)], *[merged(pickup=HOUR) for _ in range(16)]),
        material(*[merged(repository="owner/alone") for _ in range(40)]),
        material(
            *[merged(truncated=["reviews"]) for _ in range(40)],
            *[merged(pickup=HOUR) for _ in range(20)],
        ),
    ],
    "I-07": [
        material(*[merged(pickup=HOUR, reviewer=n % 4 + 2) for n in range(20)]),
        material(*[merged(pickup=HOUR, reviewer=max(2, n - 15)) for n in range(19)]),
        material(*[merged(pickup=HOUR, reviewer=max(2, n - 15)) for n in range(18)]),
    ],
    "I-08": [
        material(*[facts(author=n % 4) for n in range(7)]),
        material(*[facts(author=n) for n in range(12)]),
        material(*[facts(is_draft=True) for _ in range(9)]),
    ],
    "I-09": [
        material(
            *[merged(days_ago=OLDER, lasted=4 * HOUR) for _ in range(24)],
            *[merged(days_ago=NEWER, lasted=5 * HOUR) for _ in range(12)],
        ),
        material(
            *[merged(days_ago=OLDER, lasted=n * HOUR) for n in range(24)],
            *[merged(days_ago=NEWER, lasted=2 * n * HOUR) for n in range(12)],
        ),
        material(
            *[merged(days_ago=OLDER, lasted=4 * HOUR) for _ in range(24)],
            *[merged(days_ago=NEWER, lasted=40 * HOUR) for _ in range(12)],
            known_since=NOW - 60 * DAY,
        ),
    ],
    "I-10": [
        material(*[merged(lasted=30 * HOUR, pickup=15 * HOUR) for _ in range(12)]),
        material(*[merged(lasted=30 * HOUR, pickup=25 * HOUR) for _ in range(11)]),
        # A long stage that one in eight passes through.
        material(
            *[merged(lasted=4 * HOUR, pickup=2 * HOUR) for _ in range(88)],
            *[merged(lasted=40 * HOUR) for _ in range(12)],
        ),
        material(*[merged(lasted=30 * HOUR, pickup=25 * HOUR, first_commit=None)] * 12),
    ],
    "I-11": [
        # As many as before; too few; too late; not mature yet; none known before; bots'.
        material(
            *[reverted(days_ago=60) for _ in range(4)],
            *[merged(days_ago=60) for _ in range(26)],
            *[reverted(days_ago=30) for _ in range(4)],
            *[merged(days_ago=30) for _ in range(26)],
        ),
        material(
            *[merged(days_ago=60) for _ in range(40)],
            *[reverted(days_ago=30) for _ in range(2)],
            *[merged(days_ago=30) for _ in range(28)],
        ),
        material(
            *[merged(days_ago=60) for _ in range(40)],
            *[reverted(days_ago=30, after=15 * DAY) for _ in range(4)],
            *[merged(days_ago=30) for _ in range(26)],
        ),
        material(
            *[merged(days_ago=60) for _ in range(40)],
            *[reverted(days_ago=13) for _ in range(4)],
            *[merged(days_ago=13) for _ in range(26)],
        ),
        material(
            *[merged(days_ago=60) for _ in range(29)],
            *[reverted(days_ago=30) for _ in range(20)],
            *[merged(days_ago=30) for _ in range(26)],
        ),
        material(
            *[merged(days_ago=60) for _ in range(40)],
            *[reverted(days_ago=30) for _ in range(4)],
            *[merged(days_ago=30) for _ in range(26)],
            known_since=NOW - 70 * DAY,
        ),
        material(
            *[merged(days_ago=60) for _ in range(40)],
            *[reverted(days_ago=30, kind="bot") for _ in range(4)],
            *[merged(days_ago=30) for _ in range(30)],
        ),
    ],
    "I-12": [
        material(
            *[merged(days_ago=OLDER) for _ in range(30)],
            *[merged(days_ago=NEWER, ai_class="B") for _ in range(29)],
        ),
        material(
            *[merged(days_ago=OLDER) for _ in range(30)],
            *[merged(days_ago=NEWER, ai_class="C") for _ in range(30)],
        ),
        material(
            *[merged(days_ago=OLDER) for _ in range(30)],
            *[merged(days_ago=NEWER, ai_class="U") for _ in range(30)],
        ),
        # One in ten throughout; the model has read the newer weeks only.
        material(
            *[merged(days_ago=OLDER, ai_class="U" if n % 10 else "B") for n in range(400)],
            *[merged(days_ago=NEWER, ai_class="D" if n % 10 else "B") for n in range(200)],
        ),
        material(
            *[merged(days_ago=OLDER, ai_class="D" if n % 10 else "B") for n in range(400)],
            *[merged(days_ago=NEWER, ai_class="U" if n % 2 else "B") for n in range(200)],
        ),
        # Apart only if all of the undecided turn out to be "no sign".
        material(
            *[merged(days_ago=OLDER, ai_class="U" if n % 6 == 0 else "D") for n in range(60)],
            *[merged(days_ago=NEWER, ai_class="B" if n % 4 == 0 else "D") for n in range(60)],
        ),
    ],
    "I-13": [
        both_sides({"size": 80}, {"size": 60}),  # surely larger, but not by half
        both_sides({"size": 300}, {"size": 60}, n=19),
        both_sides({"size": 300, "author": 1}, {"size": 60, "author": 2}),
        both_sides({"size": 300, "ai_class": "C"}, {"size": 60}),
        both_sides({"size": 60}, {"size": 300}),
    ],
    "I-14": [
        both_sides({"pickup": HOUR}, {"pickup": HOUR}),
        both_sides({"pickup": HOUR}, {"pickup": 9 * HOUR}),
        both_sides({"pickup": 9 * HOUR}, {"pickup": HOUR}, n=19),
        both_sides({"pickup": 9 * HOUR, "author": 1}, {"pickup": HOUR, "author": 2}),
        both_sides({"pickup": HOUR}, {}),  # those with AI are reviewed more
        both_sides({"truncated": ["reviews"]}, {"pickup": HOUR}),
    ],
    "I-15": [
        material(*[merged(pickup=HOUR, rounds=3) for _ in range(11)]),
        material(*[merged(pickup=HOUR, rounds=2 + n % 2) for n in range(13)]),
        material(*[merged(rounds=None) for _ in range(30)]),
    ],
    "I-16": [
        material(*[merged(kind="bot") for _ in range(6)], *[merged() for _ in range(14)]),
        material(*[merged(kind="ghost") for _ in range(20)]),
    ],
    "I-17": [
        material(repositories=[RepositoryFacts("owner/one", False, listed=100, missing=10)]),
        material(repositories=[RepositoryFacts("owner/one", False, listed=0, missing=0)]),
    ],
    "I-18": [
        material(facts(created_at=NOW - 13 * DAY, is_draft=True)),
        material(facts(created_at=NOW - 15 * DAY)),
    ],
}


def test_every_rule_is_tried_both_ways():
    assert set(FIRES) == set(SILENT) == set(RULES)


@pytest.mark.parametrize("rule", FIRES)
def test_it_fires(rule):
    finding = RULES[rule](FIRES[rule])

    assert finding is not None
    assert finding.n > 0
    assert finding.period.start < finding.period.end


@pytest.mark.parametrize(
    ("rule", "given"), [(rule, given) for rule, several in SILENT.items() for given in several]
)
def test_it_does_not_fire(rule, given):
    assert RULES[rule](given) is None


@pytest.mark.parametrize("rule", RULES)
def test_it_has_nothing_to_say_about_nothing(rule):
    assert RULES[rule](material()) is None
    assert RULES[rule](material(known_since=NOW)) is None


@pytest.mark.parametrize("rule", FIRES)
def test_every_number_of_the_sentence_is_among_its_numbers(rule):
    finding = RULES[rule](FIRES[rule])

    sentence = finding.sentence.replace("owner/one", "")
    said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", sentence)}
    assert said <= {float(number) for number in finding.numbers.values()}
    assert not re.search(r"\d", finding.title)
    assert "{" not in finding.sentence


@pytest.mark.parametrize("rule", sorted(set(FIRES) - {"I-17"}))
def test_it_names_the_pull_requests_that_it_is_about(rule):
    finding = RULES[rule](FIRES[rule])

    known = {pull_request.pk for pull_request in FIRES[rule].pull_requests}
    assert finding.pull_requests
    assert set(finding.pull_requests) <= known
    assert len(set(finding.pull_requests)) == len(finding.pull_requests)
