"""The world is the same for one seed and moment, and looks like a team's work."""

from collections import Counter
from datetime import timedelta
from statistics import median

import pytest

from apps.sandbox.world import build_world
from tests.sandbox.moments import NOW

SEEDS = (1, 2, 3)
AUTOMATION = ("dependabot", "renovate")


@pytest.fixture(scope="module", params=SEEDS)
def pulls(request):
    """What 90 days hold, by last update."""
    world = build_world(seed=request.param, now=NOW)
    return [pull for pull in world.pull_requests if pull.updated_at >= NOW - timedelta(days=90)]


def by_people(pulls):
    return [p for p in pulls if p.author is None or p.author.login not in AUTOMATION]


def human_reviews(pull):
    return [
        review
        for review in pull.reviews
        if review.author and review.author.typename == "User" and review.author != pull.author
    ]


def hours(start, end):
    return (end - start).total_seconds() / 3600


def test_the_same_seed_and_moment_give_the_same_world():
    assert build_world(seed=7, now=NOW) == build_world(seed=7, now=NOW)


def test_another_seed_gives_another_world():
    assert build_world(seed=7, now=NOW) != build_world(seed=8, now=NOW)


def test_ninety_days_hold_about_five_hundred_pull_requests_of_four_repositories(pulls):
    assert 460 <= len(pulls) <= 540
    assert Counter(p.repository.name for p in pulls)["handbook"] <= 25
    assert len({p.repository.name for p in pulls}) == 4


def test_a_small_world_has_two_repositories_and_about_forty_pull_requests():
    world = build_world(now=NOW, small=True)

    assert len(world.repositories) == 2
    assert 35 <= len(world.pull_requests) <= 55


def test_the_middle_pull_request_takes_about_a_day(pulls):
    merged = [p for p in by_people(pulls) if p.merged_at]

    assert 15 <= median(hours(p.commits[0].authored_date, p.merged_at) for p in merged) <= 34


def test_waits_have_a_long_tail(pulls):
    waits = sorted(
        hours(p.created_at, human_reviews(p)[0].submitted_at)
        for p in by_people(pulls)
        if human_reviews(p)
    )

    assert waits[len(waits) * 9 // 10] > 3 * median(waits)


def test_weekends_are_quiet(pulls):
    weekend = [p for p in by_people(pulls) if p.created_at.weekday() >= 5]

    assert len(weekend) < 0.08 * len(pulls)


def test_about_three_in_ten_changes_are_assisted_and_more_of_them_lately(pulls):
    merged = [p for p in by_people(pulls) if p.merged_at]
    recent = [p for p in merged if p.merged_at > NOW - timedelta(days=30)]
    before = [p for p in merged if p.merged_at <= NOW - timedelta(days=30)]

    def share(group):
        return sum(p.assistance is not None for p in group) / len(group)

    assert 0.22 <= share(merged) <= 0.4
    assert share(recent) - share(before) > 0.15


def test_assistance_shows_in_every_way_we_know(pulls):
    ways = Counter(p.assistance.way for p in pulls if p.assistance)

    assert set(ways) == {*("agent", "trailer", "footer", "commit author", "branch", "box", "words")}


def test_one_person_carries_the_reviews_and_a_quarter_goes_unreviewed(pulls):
    reviewers = Counter(r.author.login for p in pulls for r in human_reviews(p))
    merged = [p for p in by_people(pulls) if p.merged_at]
    reviewed = sum(bool(human_reviews(p)) for p in merged) / len(merged)

    assert reviewers["mira-okafor"] > 0.45 * reviewers.total()
    assert 0.6 <= reviewed <= 0.8


def test_some_work_waits_some_is_forgotten_and_some_accounts_are_gone(pulls):
    waiting = [p for p in pulls if p.state == "OPEN"]

    assert any(p.is_draft for p in waiting)
    assert any(p.updated_at < NOW - timedelta(days=14) for p in waiting)
    assert any(p.author is None for p in pulls)
    assert any(r.author is None for p in pulls for r in p.reviews)
    assert any(p.title.startswith("Revert ") for p in pulls)


def test_one_pull_request_needs_several_pages_of_children(pulls):
    largest = max(pulls, key=lambda p: len(p.commits))

    assert len(largest.commits) > 100
    assert len(largest.files) > 100
    assert len(largest.reviews) > 25


def test_ids_are_unique_and_longer_than_32_bits(pulls):
    reviews = [review for pull in pulls for review in pull.reviews]

    assert min(p.full_database_id for p in pulls) > 2**31
    assert min(r.full_database_id for r in reviews) > 2**32
    assert len({p.id for p in pulls}) == len(pulls)
    assert len({r.id for r in reviews}) == len(reviews)


@pytest.mark.parametrize("hour", [0, 3, 9, 23])
def test_nothing_happens_out_of_order_or_after_now(hour):
    now = NOW.replace(hour=hour)

    for pull in build_world(now=now).pull_requests:
        moments = [r.submitted_at for r in pull.reviews]
        moments += [event.created_at for event in pull.timeline_items]
        moments += [m for m in (pull.merged_at, pull.closed_at) if m]
        assert all(pull.created_at <= moment <= pull.updated_at for moment in moments)
        assert pull.updated_at <= now
        assert pull.commits[0].authored_date <= pull.created_at
        assert (pull.state == "MERGED") == (pull.merged_at is not None)


def test_numbers_rise_with_time_and_a_revert_names_an_earlier_one(world):
    for pulls in world.pull_requests_by_repository.values():
        numbers = [pull.number for pull in pulls]
        assert numbers == sorted(set(numbers))
        for pull in pulls:
            if pull.title.startswith("Revert "):
                assert int(pull.body.rpartition("#")[2]) in numbers[: numbers.index(pull.number)]
