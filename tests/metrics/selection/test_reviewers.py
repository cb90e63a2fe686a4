"""How the reviews of a period lie on people, without a ranking."""

from datetime import timedelta

import pytest

from apps.metrics.selection.reviewers import review_load
from tests.factories import PersonFactory, ReviewFactory
from tests.metrics.selection.choosing import NOW, know, merge, selected

pytestmark = pytest.mark.django_db


def review(flow, author, *, days_ago: float = 1, state: str = "COMMENTED"):
    return ReviewFactory(
        pull_request=flow.pull_request,
        author=author,
        state=state,
        submitted_at=NOW - timedelta(days=days_ago),
    )


@pytest.fixture
def people(repository):
    know(repository.team)
    return [PersonFactory(team=repository.team, login=name) for name in ("Zoe", "ada", "Mel")]


def load(team, **filters):
    return review_load(selected(team, **filters))


def test_people_stand_by_name_and_nobody_is_named_the_busiest(repository, people):
    zoe, ada, _ = people
    one, other = merge(repository), merge(repository)
    for flow in (one, one, other):
        review(flow, zoe)
    review(one, ada)

    found = load(repository.team)

    assert [(each.login, each.reviews, each.pull_requests) for each in found.reviewers] == [
        ("ada", 1, 1),
        ("Zoe", 3, 2),
    ]
    assert found.sentence == "2 people gave 4 reviews; one of them gave 3 of 4."
    assert found.busiest.basis


def test_only_people_s_submitted_reviews_of_others_work_count(repository, people):
    zoe, ada, _ = people
    flow = merge(repository, author=zoe)
    review(flow, zoe)
    review(flow, PersonFactory(team=repository.team, same_as=zoe))
    review(flow, PersonFactory(team=repository.team, bot=True))
    review(flow, PersonFactory(team=repository.team, counts_as_bot=True))
    review(flow, ada, state="PENDING")
    review(flow, ada, state="DISMISSED")

    assert load(repository.team).sentence == "Nobody has reviewed anything."


def test_reviews_of_bots_and_into_other_branches_count(repository, people):
    for flow in (
        merge(repository, is_by_person=False),
        merge(repository, is_to_default_branch=False),
    ):
        review(flow, people[0])

    assert load(repository.team).sentence == "One person gave all 2 reviews."


def test_two_logins_of_one_person_are_one(repository, people):
    second = PersonFactory(team=repository.team, login="zoe-at-work", same_as=people[0])
    flow = merge(repository)
    review(flow, people[0])
    review(flow, second)

    [only] = load(repository.team).reviewers

    assert (only.person, only.login, only.reviews) == (people[0].pk, "Zoe", 2)
    assert only.pull_requests == 1


def test_only_those_of_the_period_and_of_what_passes_the_filters(repository, people):
    flow, agent = merge(repository, days_ago=40), merge(repository, ai_class="A")
    review(flow, people[0], days_ago=29)
    review(flow, people[1], days_ago=31)
    review(agent, people[2])

    assert [each.login for each in load(repository.team).reviewers] == ["Mel", "Zoe"]
    assert [each.login for each in load(repository.team, classes=("A",)).reviewers] == ["Mel"]


def test_a_week_knows_who_was_active_in_four_but_counts_its_own(repository, people):
    review(merge(repository), people[0], days_ago=20)

    week = selected(repository.team, days=7)

    assert [each.reviews for each in week.reviewers] == [0]
    assert review_load(week).reviewers == ()


def test_one_review_is_one_review(repository, people):
    review(merge(repository), people[0])

    assert load(repository.team).sentence == "One person gave the only review."
