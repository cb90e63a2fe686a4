"""Each repository says how far it is, what is wrong with it, and what GitHub counts in it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.history import older_window, recent_window
from apps.github.models import PullRequestKey
from apps.github.syncing.repositories import LOST
from apps.pipeline.rows import rows
from tests.factories import PullRequestFactory

pytestmark = pytest.mark.django_db

STARTED = timezone.now() - timedelta(minutes=5)
SINCE = recent_window(STARTED, two_phase=True, days=None).since


@pytest.fixture
def page(client, team):
    """The text of the status page."""

    def read(**columns):
        put(team, **columns)
        return " ".join(client.get(reverse("onboarding:status", args=[team.slug])).text.split())

    put(team, onboarding_pipeline_started_at=STARTED)
    team.repositories.update(sync_since=SINCE)
    return read


def put(team, **columns):
    if columns:
        rows().filter(pk=team.pk).update(**columns)


def gap(team, number, at=STARTED):
    PullRequestKey.objects.create(
        repository=team.repositories.get(), number=number, node_id="", updated_at=at, state="gap"
    )


def counted(team, theirs, ours):
    PullRequestFactory(repository=team.repositories.get(), team=team)
    team.repositories.update(
        sync_status="completed",
        counted_at=timezone.now(),
        counted_since=SINCE,
        count_at_github=theirs,
        count_here=ours,
    )


def test_while_the_list_grows_it_says_so(page):
    assert "40 listed so far · 12 fetched · 12 stored" in page()


def test_what_could_not_be_had_is_fetched_and_not_stored(page, team):
    gap(team, 1)
    gap(team, 2)
    team.repositories.update(keys_reach=SINCE - timedelta(days=1))

    assert "40 listed · 14 fetched · 12 stored, 2 gaps" in page()


def test_phase_2_does_not_count_the_gaps_of_phase_1(page, team):
    gap(team, 1, at=STARTED - timedelta(days=2))
    gap(team, 2, at=STARTED - timedelta(days=50))
    team.repositories.update(
        sync_since=older_window(STARTED, days=None).since, keys_reach=STARTED - timedelta(days=400)
    )

    assert "40 listed · 13 fetched · 12 stored, 1 gap<" in page(
        onboarding_pipeline_status="background_syncing"
    )


def test_more_gaps_than_are_listed_make_no_number_beyond_the_list(page, team):
    for number in range(3):
        gap(team, number)
    team.repositories.update(sync_prs_total=13)

    assert "13 listed so far · 13 fetched · 12 stored, 1 gap<" in page()


def test_equal_counts_are_told_quietly(page, team):
    counted(team, 312, 312)

    shown = page(onboarding_pipeline_status="complete")

    assert "GitHub counted 312 pull requests updated since" in shown
    assert 'text-warning" aria-hidden="true"><use href="/static/mergelight/icons.svg#info"' not in (
        shown
    )


def test_a_difference_is_told_visibly(page, team):
    counted(team, 315, 312)

    shown = page(onboarding_pipeline_status="complete")

    assert "GitHub counted 315 pull requests" in shown
    assert "312 were here." in shown
    assert "icons.svg#info" in shown


def test_a_repository_without_pull_requests_names_the_days(page, team):
    team.repositories.update(sync_status="completed", sync_prs_total=0, sync_prs_completed=0)

    assert "There is none in the last 30 days." in page()


def test_when_nothing_was_found_anywhere_it_explains_and_offers_more(page, team):
    team.repositories.update(sync_status="completed")

    shown = page(onboarding_pipeline_status="complete")

    assert "None of the chosen repositories had a pull request in the last 90 days" in shown
    assert "choose other repositories" in shown
    assert "read without a gap" not in shown


def test_what_wants_an_authorisation_leads_to_it(page, team):
    team.repositories.update(
        sync_status="failed",
        sync_error="The organisation wants single sign-on. Do that at https://github.com/orgs/a/sso?x=1",
    )

    shown = page()

    assert 'href="https://github.com/orgs/a/sso?x=1"' in shown
    assert "Do that at" not in shown


def test_what_can_no_longer_be_read_says_up_to_when_it_was(page, team):
    counted(team, 1, 1)
    team.repositories.update(
        sync_status="failed", sync_error=LOST, last_synced_at="2026-06-01T22:33:00Z"
    )

    shown = page(time_zone="Europe/Berlin")

    assert "1 pull request, only up to 2 Jun, 00:33" in shown
    assert "not read" not in shown


def test_the_counts_are_those_of_their_moment_in_the_teams_zone(page, team):
    counted(team, 312, 312)
    team.repositories.update(counted_at="2026-06-01T22:33:00Z")

    shown = page(time_zone="Europe/Berlin", onboarding_pipeline_status="complete")

    assert "On 2 June at 00:33 GitHub counted 312 pull requests updated since" in shown
    assert "all of them were here." in shown


def test_an_archived_repository_says_so(page, team):
    assert "archived" not in page()

    team.repositories.update(is_archived=True)

    assert "archived</span>" in page()
