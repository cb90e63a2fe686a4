"""The banner of phase 2: it polls while older days come, and goes away by itself."""

import re

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def put(team, **columns):
    rows().filter(pk=team.pk).update(**columns)


@pytest.fixture
def url(team):
    return reverse("dashboard:banner", args=[team.slug])


@pytest.fixture
def dashboard(team):
    return reverse("dashboard:overview", args=[team.slug])


def test_the_dashboard_says_which_days_are_there_and_how_far_the_others_are(client, dashboard):
    shown = client.get(dashboard).text

    assert "The last 30 days are here" in shown
    assert "Numbers may change." in shown
    assert "46 %" in shown
    # Of the older ones: "Signs of AI 0 %" beside numbers would be read as a finding.
    assert "Older pull requests</span>" in shown
    assert "Signs of AI in them</span>" in shown


def test_it_polls_as_often_as_configured(client, url, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "banner_interval_seconds": 11
    }

    assert 'hx-trigger="every 11s"' in client.get(url, headers=HTMX).text


def test_it_answers_204_until_a_percentage_changes(client, url, team):
    version = re.search(r"\?v=(\w+)", client.get(url, headers=HTMX).text).group(1)
    assert client.get(f"{url}?v={version}", headers=HTMX).status_code == 204

    put(team, background_sync_progress=47)

    assert "47 %" in client.get(f"{url}?v={version}", headers=HTMX).text


def test_at_the_end_it_tells_to_reload_and_stops(client, url, team):
    put(team, onboarding_pipeline_status="complete")

    answer = client.get(url, headers=HTMX)

    assert "The whole history is read, up to now." in answer.text
    assert "hx-trigger" not in answer.text


@pytest.mark.parametrize("state", ["running", "paused", "failed"])
def test_it_leads_to_what_happened_so_far(client, dashboard, team, state):
    put(team, pipeline_paused=state == "paused")
    if state == "failed":
        put(team, onboarding_pipeline_status="failed", pipeline_failed_step="background_llm")

    status = reverse("onboarding:status", args=[team.slug])
    assert f'href="{status}#journal-lines"' in client.get(dashboard).text


def test_a_page_opened_after_the_end_has_no_banner(client, dashboard, team):
    put(team, onboarding_pipeline_status="complete")

    assert 'id="banner"' not in client.get(dashboard).text


def test_a_failed_phase_2_leaves_the_dashboard_and_offers_to_try_again(client, dashboard, team):
    put(
        team,
        onboarding_pipeline_status="failed",
        pipeline_failed_step="background_llm",
        onboarding_pipeline_error="The model is gone.",
    )

    shown = client.get(dashboard).text

    assert "reading the older ones has stopped. The model is gone." in shown
    assert reverse("onboarding:move", args=[team.slug, "retry"]) in shown


def updating(team, **columns):
    put(team, onboarding_pipeline_completed_at="2026-06-03T05:12:00Z", **columns)


def test_an_update_is_quiet_about_how_far_it_is(client, dashboard, team):
    updating(team)

    shown = client.get(dashboard).text

    assert "Updating: what changed since 3 Jun, 05:12 (UTC) is being read." in shown
    assert "<progress" not in shown
    assert "The last 30 days are here" not in shown


def test_an_update_that_makes_progress_is_no_news(client, url, team):
    updating(team)
    version = re.search(r"\?v=(\w+)", client.get(url, headers=HTMX).text).group(1)

    updating(team, background_sync_progress=99, onboarding_pipeline_status="background_llm")

    assert client.get(f"{url}?v={version}", headers=HTMX).status_code == 204


def test_a_failed_update_says_of_when_the_numbers_are_and_offers_to_try_again(
    client, dashboard, team
):
    updating(
        team,
        onboarding_pipeline_status="failed",
        pipeline_failed_step="background_syncing",
        onboarding_pipeline_error="GitHub refuses the token.",
    )

    shown = " ".join(client.get(dashboard).text.split())

    sentence = "The numbers are as of 3 Jun, 05:12 (UTC); updating has stopped."
    assert f"{sentence} GitHub refuses the token." in shown
    assert reverse("onboarding:move", args=[team.slug, "retry"]) in shown


def test_a_paused_update_says_of_when_the_numbers_are(client, dashboard, team):
    updating(team, pipeline_paused=True)

    shown = client.get(dashboard).text

    assert "The numbers are as of 3 Jun, 05:12 (UTC); the update is paused." in shown


@pytest.mark.parametrize(
    ("status", "columns", "said"),
    [
        ("syncing", {}, "A new import is running."),
        ("syncing", {"pipeline_paused": True}, "The new import is paused."),
        (
            "failed",
            {"pipeline_failed_step": "syncing", "onboarding_pipeline_error": "It rains."},
            "The new import has stopped. What you see is from before it. It rains.",
        ),
    ],
)
def test_a_new_import_behind_the_open_dashboard_is_told(
    client, dashboard, team, status, columns, said
):
    put(team, onboarding_pipeline_status=status, **columns)

    shown = client.get(dashboard).text

    assert said in shown
    assert "<progress" not in shown


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"onboarding_pipeline_status": "syncing"}, "The new import was cancelled."),
        ({}, "reading the older ones was cancelled."),
        (
            {"onboarding_pipeline_completed_at": "2026-06-03T05:12:00Z"},
            "The numbers are as of 3 Jun, 05:12 (UTC); the update was cancelled,",
        ),
    ],
)
def test_what_somebody_has_cancelled_is_told_as_such(client, dashboard, team, columns, said):
    put(team, **columns)
    move(team.pk, "cancel", actor="mira")

    shown = client.get(dashboard).text

    assert said in shown
    assert 'role="alert"' not in shown


def test_an_outage_of_github_is_told_with_when_it_goes_on_by_itself(client, dashboard, team):
    updating(
        team,
        time_zone="Europe/Berlin",
        onboarding_pipeline_error="GitHub does not answer.",
        pipeline_not_before="2026-06-03T06:00:00Z",
    )

    shown = client.get(dashboard).text

    assert (
        "The numbers are as of 3 Jun, 07:12 (Europe/Berlin); the update waits. GitHub does not "
        "answer. It is tried again by itself at 08:00:00 (Europe/Berlin); you need not do anything."
    ) in shown
    assert "is being read" not in shown


def test_once_the_wait_is_over_no_time_in_the_past_is_promised(client, dashboard, team):
    updating(team, onboarding_pipeline_error="GitHub does not answer.")

    assert "It is being tried again; you need not do anything." in client.get(dashboard).text


def test_older_days_that_wait_are_not_called_being_read(client, dashboard, team):
    put(team, onboarding_pipeline_error="GitHub does not answer.")

    shown = client.get(dashboard).text

    assert "reading the older ones waits. GitHub does not answer." in shown
    assert "still being read" not in shown


def test_what_cannot_work_without_github_is_not_offered(client, dashboard, team):
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")
    put(team, onboarding_pipeline_status="failed", pipeline_failed_step="background_syncing")
    retry = reverse("onboarding:move", args=[team.slug, "retry"])
    assert retry not in client.get(dashboard).text

    put(team, pipeline_failed_step="background_llm")

    assert retry in client.get(dashboard).text


def test_a_plain_member_is_not_offered_to_retry(client, dashboard, team):
    put(team, onboarding_pipeline_status="failed", pipeline_failed_step="background_llm")
    team.memberships.update(role="member")

    shown = client.get(dashboard).text

    assert "has stopped" in shown
    assert reverse("onboarding:move", args=[team.slug, "retry"]) not in shown


def test_a_foreign_banner_looks_like_none(client, team):
    TeamFactory(slug="foreign", onboarding_pipeline_status="background_syncing")

    answer = client.get(reverse("dashboard:banner", args=["foreign"]), headers=HTMX)
    missing = client.get(reverse("dashboard:banner", args=["missing"]), headers=HTMX)

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content


def test_a_poll_costs_at_most_five_queries(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        client.get(url, headers=HTMX)
