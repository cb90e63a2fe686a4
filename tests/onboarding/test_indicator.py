"""The import floats above the pages beside it, by the same polling as its own page."""

import re

import pytest
from django.urls import reverse

from apps.onboarding.models import StepChoice
from apps.onboarding.settings_tabs import tabs_of
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, PullRequestFactory, TeamFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(team):
    return reverse("onboarding:indicator", args=[team.slug])


def put(team, **columns):
    rows().filter(pk=team.pk).update(**columns)


def polled(answer):
    """The address that the indicator of a page asks next."""
    found = re.search(r'id="import-indicator"[^>]*hx-get="([^"]+)"', answer.text)
    return found and found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize("step", ["connect", "jira", "slack"])
def test_every_page_beside_the_import_has_it(client, team, url, step):
    shown = client.get(reverse(f"onboarding:{step}", args=[team.slug]))

    assert polled(shown).startswith(f"{url}?v=")
    assert "Reading the pull requests of the last 30 days" in shown.text
    assert "0 of 1 repository read" in shown.text


def test_every_page_of_the_settings_has_it(client, team, url):
    for _, address in tabs_of(team):
        assert polled(client.get(address)), address


def test_its_scripts_come_with_it_and_only_then(client, team):
    page = reverse("onboarding:create_team")
    assert "live.js" in client.get(page).text

    put(team, onboarding_pipeline_status="complete")

    assert "live.js" not in client.get(page).text


def test_while_another_team_is_made_the_newest_import_is_shown(client, team, url):
    assert polled(client.get(reverse("onboarding:create_team"))).startswith(url)


@pytest.mark.parametrize("status", ["complete", "failed", "not_started"])
def test_while_nothing_runs_nothing_floats(client, team, status):
    put(team, onboarding_pipeline_status=status)

    assert 'id="import-indicator"' not in client.get(reverse("onboarding:create_team")).text


def test_it_polls_as_often_as_the_status_page(client, url, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"poll_interval_seconds": 7}

    assert 'hx-trigger="every 7s"' in client.get(url, headers=HTMX).text


def test_a_poll_that_would_change_nothing_gets_204(client, team, url):
    asked = polled(client.get(url, headers=HTMX))

    answer = client.get(asked, headers=HTMX)

    assert answer.status_code == 204
    assert answer.content == b""
    team.repositories.update(sync_status="completed")
    assert "1 of 1 repository read" in client.get(asked, headers=HTMX).text


def test_the_version_is_that_of_the_status_page(client, team, url):
    status = client.get(reverse("onboarding:status", args=[team.slug])).text
    version = re.search(r"\?v=(\w+)", status).group(1)

    assert client.get(f"{url}?v={version}", headers=HTMX).status_code == 204


@pytest.mark.parametrize("status", ["complete", "failed"])
def test_with_nothing_left_to_watch_it_has_no_trigger(client, team, url, status):
    put(team, onboarding_pipeline_status=status)

    answer = client.get(url, headers=HTMX)

    assert 'id="import-indicator"' in answer.text
    assert "hx-trigger" not in answer.text


def test_at_the_end_of_phase_1_it_opens_the_dashboard(client, team, url):
    put(
        team,
        onboarding_pipeline_status="background_syncing",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )

    shown = client.get(url, headers=HTMX).text

    assert 'Open<span class="sr-only sm:not-sr-only"> the dashboard</span>' in shown
    assert reverse("dashboard:overview", args=[team.slug]) in shown


def test_it_tells_what_went_wrong_and_leads_to_what_helps(client, team, url):
    put(team, onboarding_pipeline_status="failed", onboarding_pipeline_error="GitHub said no.")

    shown = client.get(url, headers=HTMX).text

    assert "The import has stopped" in shown
    assert "GitHub said no." in shown
    assert reverse("onboarding:status", args=[team.slug]) in shown


def test_what_it_waits_for_stands_above_every_page(client, team, url):
    put(team, onboarding_pipeline_error="GitHub is down.", pipeline_not_before="2099-01-01T14:32Z")

    shown = client.get(url, headers=HTMX).text

    assert "GitHub is down. It is tried again by itself at 14:32:00 (UTC)" in shown


def test_it_tells_what_is_counted_already(client, team, url):
    PullRequestFactory(repository=team.repositories.get(), state="OPEN")

    assert 'id="indicator-numbers"' in client.get(url, headers=HTMX).text


def test_a_poll_sends_a_silent_team_again(client, team, url):
    put(team, pipeline_heartbeat_at="2026-01-01T00:00:00Z")

    client.get(url, headers=HTMX)

    assert PipelineTransition.objects.get(team_id=team.pk).verb == "send_again"


def test_whoever_opens_its_address_sees_the_whole_status(client, team, url):
    assert client.get(url).headers["Location"] == reverse("onboarding:status", args=[team.slug])


def test_a_foreign_team_looks_like_none(client, person):
    TeamFactory(slug="foreign", onboarding_pipeline_status="syncing")

    for headers in ({}, HTMX):
        address = reverse("onboarding:indicator", args=["foreign"])
        assert client.get(address, headers=headers).status_code == 404


def test_the_team_of_the_page_comes_before_one_that_was_joined_later(client, team, url, person):
    MembershipFactory(user=person, team__onboarding_pipeline_status="syncing", role="member")
    StepChoice.objects.create(team=team, step="jira", choice="skipped")

    shown = client.get(reverse("onboarding:slack", args=[team.slug]))

    assert polled(shown).startswith(url)
