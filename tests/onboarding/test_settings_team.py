"""A team's name, zone and length of history, and its end with a receipt."""

import pytest
from django.urls import reverse

from apps.metrics.models import CountingChange
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.deleting import delete_rows
from apps.teams.models import Deletion, Membership, Team
from tests.factories import MembershipFactory, PullRequestFactory, UserFactory
from tests.onboarding.test_settings_repositories import url, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lantern(team):
    """The person's team, complete."""
    rows().filter(pk=team.pk).update(
        name="Lantern & Sons",
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at="2026-01-01T00:00:00Z",
        onboarding_pipeline_completed_at="2026-01-01T00:05:00Z",
        phase1_completed_at="2026-01-01T00:02:00Z",
    )
    return Team.objects.get(pk=team.pk)


def say(client, page, team, **fields):
    return words_of(client.post(url(page, team), fields, follow=True))


def test_name_and_zone_are_changed_and_the_numbers_follow(client, lantern):
    words = say(client, "settings_team", lantern, name="Harbour", time_zone="europe/berlin")

    lantern.refresh_from_db()
    assert (lantern.name, lantern.time_zone, lantern.slug) == (
        "Harbour",
        "Europe/Berlin",
        "lantern",
    )
    assert "The team is called Harbour now." in words
    assert "The numbers follow within a minute." in words
    assert CountingChange.objects.filter(team=lantern).count() == 1


def test_a_zone_that_is_none_changes_nothing(client, lantern):
    words = say(client, "settings_team", lantern, name="Harbour", time_zone="Mars/Olympus")

    lantern.refresh_from_db()
    assert (lantern.name, lantern.time_zone) == ("Lantern & Sons", "UTC")
    assert "Mars/Olympus is not a time zone" in words


def test_nothing_else_can_be_set_by_a_form(client, lantern):
    say(
        client, "settings_team", lantern, name="Harbour", time_zone="UTC", slug="other",
        onboarding_pipeline_status="failed", role="member", llm_enabled="",
    )  # fmt: skip

    lantern.refresh_from_db()
    assert lantern.slug == "lantern"
    assert lantern.onboarding_pipeline_status == Status.COMPLETE
    assert lantern.llm_enabled


def test_a_longer_history_offers_to_read_the_older_days_now(client, lantern):
    assert "Read the older days now" not in words_of(client.get(url("settings_team", lantern)))

    words = say(client, "settings_history", lantern, history_days="365")

    assert "The last 365 days are read from the next run on." in words
    assert "The last run has read the last 90 days; the next one reads 365 days." in words
    assert "Read the older days now" in words

    words = say(client, "settings_older", lantern)

    lantern.refresh_from_db()
    assert "Reading the older days." in words
    assert "Read the older days now" not in words
    assert lantern.onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    assert lantern.pipeline_history_days == 365
    say(client, "settings_older", lantern)
    assert PipelineTransition.objects.filter(team=lantern).count() == 1


def test_a_shorter_history_says_that_nothing_is_deleted(client, lantern):
    words = say(client, "settings_history", lantern, history_days="30")

    lantern.refresh_from_db()
    assert lantern.history_days == 30
    assert "Nothing is deleted: what was read before stays, in the numbers too." in words
    assert "Read the older days now" not in words
    say(client, "settings_history", lantern, history_days="")
    lantern.refresh_from_db()
    assert lantern.history_days is None


@pytest.mark.parametrize("days", ["31", "-1", "many", "100000"])
def test_only_the_lengths_that_are_offered_can_be_chosen(client, lantern, days):
    words = say(client, "settings_history", lantern, history_days=days)

    lantern.refresh_from_db()
    assert lantern.history_days is None
    assert "Choose one of the lengths that are offered." in words


def test_a_member_reads_and_changes_nothing(client, lantern):
    client.force_login(MembershipFactory(team=lantern, role=Membership.Role.MEMBER).user)

    words = words_of(client.get(url("settings_team", lantern)))

    assert "weeks begin on Monday" in words
    assert "Delete the team" not in words
    for name in ("settings_team", "settings_history", "settings_older", "settings_delete"):
        assert client.post(url(name, lantern), {"name": "Lantern & Sons"}).status_code == 403
    assert client.get(url("settings_delete", lantern)).status_code == 403
    assert Team.objects.filter(pk=lantern.pk, name="Lantern & Sons").exists()


@pytest.mark.parametrize("typed", ["", "lantern & sons", "Lantern", "yes"])
def test_nobody_deletes_by_a_click(client, lantern, typed):
    client.post(url("settings_delete", lantern), {"name": typed})

    assert Team.objects.filter(pk=lantern.pk).exists()
    assert not Deletion.objects.exists()


def test_a_deleted_team_is_gone_at_once_and_the_receipt_counts_on(client, lantern):
    PullRequestFactory(repository=lantern.repositories.get())
    page = words_of(client.get(url("settings_delete", lantern)))
    assert "1 repository with 1 pull request," in page

    answer = client.post(url("settings_delete", lantern), {"name": "Lantern & Sons"}, follow=True)

    (receipt, _) = answer.redirect_chain[0]
    assert "Lantern &amp; Sons is being deleted" in words_of(answer)
    assert "Nobody reaches the team any more." in words_of(answer)
    assert 'hx-trigger="every 2s"' in answer.text
    for name in ("settings_team", "settings", "status"):
        assert client.get(url(name, lantern)).status_code == 404
    delete_rows(answer.context["deletion"].pk)

    fragment = client.get(receipt, headers={"HX-Request": "true"})

    assert "<html" not in fragment.text
    assert "hx-trigger" not in fragment.text
    words = words_of(fragment)
    assert "Lantern &amp; Sons is deleted" in words
    assert "pull requests 1" in words
    assert "memberships 1" in words
    assert not rows().filter(pk=lantern.pk).exists()


def test_only_who_deleted_it_and_staff_see_the_receipt(client, lantern, person):
    client.post(url("settings_delete", lantern), {"name": "Lantern & Sons"})
    receipt = reverse("onboarding:deleted", args=[Deletion.objects.get().code])
    assert client.get(receipt).status_code == 200

    client.force_login(UserFactory())
    assert client.get(receipt).status_code == 404
    assert client.get(reverse("onboarding:deleted", args=["guessed"])).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert client.get(receipt).status_code == 200
    client.logout()
    assert client.get(receipt).status_code == 302
