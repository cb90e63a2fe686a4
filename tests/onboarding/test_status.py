"""The status page tells how far the import is, and its fragment polls without a jump."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import (
    MembershipFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(team):
    return reverse("onboarding:status", args=[team.slug])


def version_in(answer):
    return re.search(r"\?v=(\w+)", answer.text).group(1)


def put(team, **columns):
    """The row as a worker or a move would have left it."""
    rows().filter(pk=team.pk).update(**columns)


def test_the_page_says_what_happens_and_how_far_each_repository_is(client, url):
    answer = client.get(url)

    assert "Reading the pull requests of the last 30 days" in answer.text
    assert "40 listed so far · 12 fetched · 12 stored" in answer.text
    assert "We write to mira@example.org" in answer.text
    assert 'aria-current="step"' in answer.text


def test_htmx_gets_the_fragment_of_the_same_url(client, url):
    answer = client.get(url, headers=HTMX)

    assert answer.text.lstrip().startswith("<section")
    assert "HX-Request" in answer.headers["Vary"]


def test_the_fragment_polls_as_often_as_configured(client, url, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"poll_interval_seconds": 7}

    assert 'hx-trigger="every 7s"' in client.get(url).text


def test_a_poll_that_would_change_nothing_gets_204(client, url):
    version = version_in(client.get(url))

    answer = client.get(f"{url}?v={version}", headers=HTMX)

    assert answer.status_code == 204
    assert answer.content == b""


def test_a_poll_after_a_change_gets_the_new_fragment(client, url, team):
    version = version_in(client.get(url))
    team.repositories.update(sync_prs_completed=13)

    answer = client.get(f"{url}?v={version}", headers=HTMX)

    assert "40 listed so far · 13 fetched · 13 stored" in answer.text
    assert version_in(answer) != version


def test_the_page_itself_is_never_204(client, url):
    version = version_in(client.get(url))

    assert client.get(f"{url}?v={version}").status_code == 200


@pytest.mark.parametrize("status", ["complete", "failed"])
def test_with_nothing_left_to_watch_the_fragment_has_no_trigger(client, url, team, status):
    put(team, onboarding_pipeline_status=status)

    answer = client.get(url, headers=HTMX)

    assert "hx-trigger" not in answer.text
    assert "hx-get" not in answer.text


def test_a_repository_that_failed_says_why(client, url, team):
    team.repositories.update(sync_status="failed", sync_error="The token may not read it.")

    assert "The token may not read it." in client.get(url).text


def test_a_ticket_that_nobody_takes_is_waiting_for_a_worker(client, url, team):
    waits_since = timezone.now() - timedelta(minutes=1)
    put(team, pipeline_ticket=5, pipeline_claimed=2, pipeline_waiting_since=waits_since)

    assert "Waiting for a worker." in client.get(url).text


def test_a_limit_says_until_when_it_waits(client, url, team):
    put(
        team,
        onboarding_pipeline_error="GitHub allows more requests at 14:32 UTC.",
        pipeline_not_before="2099-01-01T14:32:00Z",
    )

    answer = client.get(url)

    assert "GitHub allows more requests at 14:32 UTC." in answer.text
    assert "14:32:00" in answer.text


def test_a_poll_sends_a_silent_team_again(client, url, team):
    put(team, pipeline_heartbeat_at="2026-01-01T00:00:00Z")

    client.get(url, headers=HTMX)

    moved = PipelineTransition.objects.get(team_id=team.pk)
    assert (moved.verb, moved.actor) == ("send_again", "status page")


def test_times_are_in_the_teams_zone_and_name_it(client, url, team):
    put(team, time_zone="Asia/Tokyo", pipeline_not_before="2099-01-01T14:32:00Z")
    put(team, onboarding_pipeline_error="GitHub wants a pause.")

    answer = client.get(url)

    assert "It is tried again by itself at 23:32:00 (Asia/Tokyo); you need not" in answer.text
    assert 'data-zone="Asia/Tokyo"' in answer.text


def test_another_status_brings_the_links_and_takes_old_messages_away(client, url, team):
    at = re.search(r"&amp;at=(\w+)", client.get(url).text).group(1)
    put(
        team,
        onboarding_pipeline_status="background_syncing",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )

    answer = client.get(f"{url}?at={at}&steps", headers=HTMX)

    assert '<div id="messages" role="status" hx-swap-oob="true">' in answer.text
    assert re.search(r'id="team-nav"[^>]*hx-swap-oob="true"', answer.text)
    assert re.search(r'id="steps"[^>]*hx-swap-oob="true"', answer.text)
    assert reverse("dashboard:overview", args=[team.slug]) in answer.text


def test_what_a_click_has_led_to_stays_while_the_run_goes_on(client, url, team):
    put(team, onboarding_pipeline_status="llm_processing")
    assert 'id="messages"' not in client.get(f"{url}?at=syncing", headers=HTMX).text

    put(team, onboarding_pipeline_status="failed")
    assert 'id="messages"' in client.get(f"{url}?at=syncing", headers=HTMX).text


def test_the_page_says_whether_it_has_steps_and_only_such_a_page_is_sent_others(client, url, team):
    assert "&amp;steps" in client.get(url).text

    put(team, phase1_completed_at="2026-06-01T12:00:00Z")

    assert "&amp;steps" not in client.get(url).text
    answer = client.get(f"{url}?at=background_syncing", headers=HTMX)
    assert 'id="team-nav"' in answer.text
    assert 'id="steps"' not in answer.text


def test_an_outage_whose_wait_is_over_promises_no_time_in_the_past(client, url, team):
    put(team, onboarding_pipeline_error="GitHub does not answer.")

    shown = client.get(url).text

    assert "GitHub does not answer. It is being tried again; you need not do anything." in shown


def test_news_of_the_same_status_leaves_the_rest_of_the_page_alone(client, url, team):
    assert "hx-swap-oob" not in client.get(f"{url}?at=syncing", headers=HTMX).text


def test_a_server_that_hangs_is_given_up_after_some_seconds(client, url):
    config = re.search(r"name=\"htmx-config\" content='([^']+)'", client.get(url).text).group(1)

    assert json.loads(config)["timeout"] == 10_000


def test_messages_are_read_out_by_their_list_and_not_by_its_lines(client, team):
    answer = client.post(reverse("onboarding:move", args=[team.slug, "pause"]), follow=True)

    assert '<div id="messages" role="status">' in answer.text
    assert not re.search(r"<li[^>]* role=", answer.text)


def test_a_head_is_answered_like_a_get(client, url, team):
    assert client.head(url).status_code == 200
    assert client.head("/").status_code == 302


def test_a_member_who_is_no_admin_sees_no_buttons(client, url, team):
    team.memberships.update(role="member")

    answer = client.get(url)

    assert answer.status_code == 200
    assert reverse("onboarding:move", args=[team.slug, "pause"]) not in answer.text


@pytest.mark.parametrize("status", ["syncing", "llm_processing", "complete"])
def test_a_poll_with_news_costs_at_most_fourteen_queries(
    client, url, team, status, django_assert_max_num_queries
):
    put(team, onboarding_pipeline_status=status)
    client.get(url)

    with django_assert_max_num_queries(14):
        client.get(url, headers=HTMX)


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "options"])
def test_a_foreign_team_looks_like_none(client, person, method):
    TeamFactory(slug="canary-team", name="Canary", onboarding_pipeline_status="syncing")

    foreign = getattr(client, method)(reverse("onboarding:status", args=["canary-team"]))
    missing = getattr(client, method)(reverse("onboarding:status", args=["no-such-team"]))

    assert foreign.status_code in (404, 405)
    assert foreign.status_code == missing.status_code
    assert foreign.content == missing.content


def test_who_left_the_team_sees_nothing_at_the_next_request(client, url, team):
    assert client.get(url).status_code == 200

    team.memberships.all().delete()

    assert client.get(url).status_code == 404


def test_before_the_start_the_status_page_leads_to_the_step_to_do(client, person):
    team = MembershipFactory(user=person).team

    answer = client.get(reverse("onboarding:status", args=[team.slug]))

    assert answer.headers["Location"] == reverse("onboarding:connect", args=[team.slug])


def test_two_people_of_a_team_see_the_same_import(client, team, url):
    colleague = UserFactory()
    MembershipFactory(team=team, user=colleague, role="member")
    client.force_login(colleague)

    assert "40 listed so far · 12 fetched · 12 stored" in client.get(url).text
