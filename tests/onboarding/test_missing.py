"""The list of teams says of each what its own page says, gaps and a lost connection included."""

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.onboarding.missing import states_in_words
from apps.pipeline.rows import rows
from tests.factories import (
    MembershipFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(person):
    """Of a team that is complete."""
    team = MembershipFactory(
        user=person,
        team__onboarding_pipeline_status="complete",
        team__phase1_completed_at="2026-06-01T12:00:00Z",
    ).team
    return TrackedRepositoryFactory(team=team, sync_status="completed")


def analysed(repository, state="done"):
    change = PullRequestFactory(repository=repository, team=repository.team)
    return PullRequestAnalysisFactory(pull_request=change, llm_state=state)


def whole(repository):
    analysed(repository)


def without_a_verdict(repository):
    PullRequestFactory(repository=repository, team=repository.team)


def owed_an_answer(repository):
    analysed(repository, "pending")


def with_a_repository_that_failed(repository):
    analysed(repository, "pending")
    TrackedRepositoryFactory(team=repository.team, sync_status="failed")


def with_one_that_failed_and_is_not_chosen(repository):
    TrackedRepositoryFactory(team=repository.team, sync_status="failed", is_selected=False)


@pytest.mark.parametrize(
    ("make_it", "state"),
    [
        (whole, "All 90 days are read"),
        (without_a_verdict, "The last 90 days are read, but not analysed in full"),
        (owed_an_answer, "The last 90 days are read, but not analysed in full"),
        (with_a_repository_that_failed, "The last 90 days are read, with gaps"),
        (with_one_that_failed_and_is_not_chosen, "All 90 days are read"),
    ],
)
def test_the_list_says_what_the_teams_own_page_says(client, repository, make_it, state):
    MembershipFactory(user=repository.team.people.get())  # with one team there is no list
    make_it(repository)

    listed = client.get(reverse("onboarding:teams")).text
    own = client.get(reverse("onboarding:status", args=[repository.team.slug]))

    assert f">{state}</span>" in listed
    assert own.context["progress"].headline == state


def test_a_lost_connection_is_told_in_the_list(repository):
    Connection.objects.create(team=repository.team, closed_because="GitHub was disconnected.")

    (state,) = states_in_words([repository.team])

    assert state == "All 90 days are read. GitHub is not connected any more"


def test_teams_that_are_not_complete_are_described_as_before(repository):
    rows().filter(pk=repository.team.pk).update(onboarding_pipeline_status="syncing")
    repository.team.refresh_from_db()

    (state,) = states_in_words([repository.team])

    assert state.startswith("Reading the pull requests")


def test_many_teams_cost_as_many_queries_as_one(repository, django_assert_num_queries):
    teams = [repository.team, *(TrackedRepositoryFactory().team for _ in range(5))]

    with django_assert_num_queries(3):
        states_in_words(teams)
