"""The status page while a complete history is brought up to date, and when that fails."""

import re

import pytest
from django.urls import reverse

from apps.onboarding.words import VERBS
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.rows import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(team):
    """Complete since yesterday."""
    team.repositories.update(sync_status="completed")
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete",
        onboarding_pipeline_started_at="2026-06-02T12:00:00Z",
        onboarding_pipeline_completed_at="2026-06-02T12:04:00Z",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )
    return team


@pytest.fixture
def url(team):
    return reverse("onboarding:status", args=[team.slug])


def press(client, team, verb):
    return client.post(reverse("onboarding:move", args=[team.slug, verb]), follow=True)


def percent(page: str) -> int:
    return int(re.search(r'id="bar-label">The update</span><span[^>]*>(\d+) %', page).group(1))


def test_an_update_is_offered_beside_reading_everything_again(client, url, team):
    shown = client.get(url).text

    assert VERBS["refresh"].label in shown
    assert VERBS["restart"].label in shown


def test_a_press_begins_an_update_and_says_that_the_dashboard_stays_open(client, team):
    shown = press(client, team, "refresh").text

    assert VERBS["refresh"].done in shown
    assert "Bringing the numbers up to date" in shown
    assert "Open the dashboard" in shown
    assert "All was read for the last time at 12:04, 2 Jun (UTC)" in shown


def test_a_second_press_begins_no_second_one(client, team):
    press(client, team, "refresh")

    shown = press(client, team, "refresh").text

    assert VERBS["refresh"].done in shown
    assert PipelineTransition.objects.filter(team_id=team.pk, verb="refresh").count() == 1


def test_an_update_has_stages_of_its_own_and_counts_only_these(client, url, team):
    move(team.pk, "refresh", actor="nightly")
    percents = [percent(client.get(url).text)]
    for _ in range(3):
        move(team.pk, "advance", actor="worker")
        percents.append(percent(client.get(url).text))

    shown = client.get(url).text
    assert percents == [0, 25, 50, 75]
    assert "Reading what has changed at GitHub" in shown
    assert "Nightly update" in shown
    assert "Looking up who belongs to the team" not in shown
    assert "Then, while you use the dashboard" not in shown


def test_how_far_it_has_read_is_a_share_of_its_first_step(client, url, team):
    move(team.pk, "refresh", actor="nightly")
    rows().filter(pk=team.pk).update(background_sync_progress=80)

    assert percent(client.get(url).text) == 20


def test_an_update_that_stops_keeps_its_place_and_is_tried_again_not_begun_anew(client, url, team):
    move(team.pk, "refresh", actor="nightly")
    move(team.pk, "advance", actor="worker")
    move(team.pk, "fail", actor="worker", arguments={"reason": "The model is gone."})

    shown = client.get(url).text

    assert "Updating has stopped" in shown
    assert "The model is gone." in shown
    assert percent(shown) == 25
    assert reverse("onboarding:move", args=[team.slug, "retry"]) in shown
    assert reverse("onboarding:move", args=[team.slug, "refresh"]) not in shown


def test_who_cancels_an_update_learns_that_nothing_new_is_read_from_now_on(client, url, team):
    move(team.pk, "refresh", actor="nightly")
    press(client, team, "cancel")

    shown = client.get(url).text

    assert "The update is cancelled" in shown
    assert "Nothing new is read before somebody tries again." in shown


def test_a_paused_update_says_so(client, url, team):
    move(team.pk, "refresh", actor="nightly")
    press(client, team, "pause")

    assert "The update is paused" in client.get(url).text


@pytest.mark.parametrize(
    ("hour", "sentence"),
    [
        (5, "New pull requests are read every day, from 14:00 (Asia/Tokyo) on."),
        (None, "New pull requests are read when somebody asks for an update."),
    ],
)
def test_at_rest_it_says_when_new_ones_are_read(
    client, url, team, monkeypatch, settings, hour, sentence
):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": hour}
    rows().filter(pk=team.pk).update(time_zone="Asia/Tokyo")

    assert sentence in client.get(url).text


def test_a_history_that_never_was_complete_is_still_being_read(client, url, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_completed_at=None)
    move(team.pk, "refresh", actor="nightly")

    shown = client.get(url).text

    assert "older pull requests are still being read" in shown
    assert "Reading older pull requests, back to 90 days" in shown
