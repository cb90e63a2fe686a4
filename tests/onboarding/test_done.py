"""The last step: what is set up, who is written to, and the first numbers before the dashboard."""

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.notifications.models import Preference
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import settle
from apps.onboarding.set_up import set_up_of
from apps.pipeline.rows import rows
from apps.slack.models import SlackConnection
from tests.factories import MembershipFactory, PullRequestFactory, UserFactory

pytestmark = pytest.mark.django_db

JIRA, SLACK = StepChoice.Step


@pytest.fixture
def page(client, team):
    """The text of the last step, its spaces made one."""

    def read(**columns):
        if columns:
            rows().filter(pk=team.pk).update(**columns)
        return " ".join(client.get(reverse("onboarding:status", args=[team.slug])).text.split())

    return read


@pytest.fixture
def slack(team):
    return SlackConnection.objects.create(
        team=team, token="xoxb-x", workspace_name="Northwind", channel_id="C1", channel_name="pulls"
    )


def line(team, name):
    return next(line for line in set_up_of(team, may_change=True) if line.name == name)


# --- Who is written to --------------------------------------------------------------------------


def test_it_says_where_the_mail_goes(page):
    assert "You can leave this page" in page()
    assert "We write to mira@example.org when your dashboard is ready." in page()


def test_a_channel_is_told_as_well(page, slack):
    assert "We write to mira@example.org and post to #pulls when your dashboard is ready." in page()


def test_who_wants_no_mail_is_promised_none(page, team, person):
    Preference.objects.create(team=team, user=person, kind="ready", wanted=False)

    assert "We write to" not in page()
    assert "You can leave this page; it goes on without you." in page()


def test_who_has_no_address_is_told_so(page, person):
    person.email = ""
    person.save()

    assert "We have no address of yours, and cannot write to you." in page()


def test_behind_the_dashboard_the_next_mail_is_promised(page):
    shown = page(
        onboarding_pipeline_status="background_syncing", phase1_completed_at="2026-06-01T12:00:00Z"
    )

    assert "We write to mira@example.org when the older ones are read too." in shown


# --- What is set up -----------------------------------------------------------------------------


def test_every_connection_says_how_it_stands(page, team, slack):
    Connection.objects.create(
        team=team, kind="token", token="ghp_x", viewer_login="mira", account_login="northwind-labs"
    )
    settle(team, JIRA, StepChoice.Choice.SKIPPED)
    settle(team, SLACK, StepChoice.Choice.DONE)

    shown = page()

    assert "northwind-labs, by a token of mira" in shown
    assert "#pulls in Northwind" in shown
    assert line(team, "Slack").url == reverse("onboarding:settings_slack", args=[team.slug])
    assert line(team, "Jira").sentence == "skipped"
    assert f'href="{reverse("onboarding:jira", args=[team.slug])}">Connect Jira</a>' in shown


def test_what_wants_attention_says_so_and_stops_nothing(page, team, slack):
    slack.attention = "Slack does not know the channel any more."
    slack.save()

    assert "Slack does not know the channel any more." in page()
    assert "Reading the pull requests of the last 30 days" in page()


def test_a_closed_way_to_github_says_why(team):
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")

    assert line(team, "GitHub").attention == "GitHub was disconnected."


def test_what_was_connected_once_and_is_not_any_more_was_not_skipped(team):
    settle(team, SLACK, StepChoice.Choice.DONE)

    assert line(team, "Slack").sentence == "not set up"


def test_repositories_are_changed_while_nothing_reads_them(team):
    assert not line(team, "Repositories").url

    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    team.refresh_from_db()

    assert line(team, "Repositories").url


def test_who_is_no_admin_gets_no_links(client, team):
    colleague = UserFactory()
    MembershipFactory(team=team, user=colleague, role="member")
    client.force_login(colleague)

    shown = client.get(reverse("onboarding:status", args=[team.slug])).text

    assert "What is set up" in shown
    assert "Connect Jira" not in shown
    assert not any(line.url for line in set_up_of(team, may_change=False))


# --- First numbers ------------------------------------------------------------------------------


def test_what_is_stored_is_counted_before_the_dashboard_opens(page, team):
    assert 'id="first-numbers"' not in page()
    PullRequestFactory(repository=team.repositories.get())

    assert "Counted so far: more are being read" in page()
    shown = page(onboarding_pipeline_status="llm_processing")
    assert "0 of 1 repositories are read in full; medians and AI follow" in shown
    team.repositories.update(sync_status="completed")
    assert "All is read; medians and AI follow" in page()


def test_a_stopped_import_promises_no_more_numbers(page, team):
    PullRequestFactory(repository=team.repositories.get())

    shown = page(onboarding_pipeline_status="failed", pipeline_failed_step="syncing")

    assert "Counted so far: not all is read" in shown


def test_the_dashboard_takes_their_place(page, team):
    PullRequestFactory(repository=team.repositories.get())

    shown = page(
        onboarding_pipeline_status="background_syncing", phase1_completed_at="2026-06-01T12:00:00Z"
    )

    assert 'id="first-numbers"' not in shown
    assert "Open the dashboard" in shown
