"""R-65: what Jira refuses is told to the team's admins, and stands in nobody's way."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.jira.models import JiraConnection, JiraIssue, JiraProject
from apps.jira.read import NEXT_TRY, read_team
from tests.jira.at_atlassian import connect, url

pytestmark = pytest.mark.django_db


def test_a_connection_that_was_revoked_needs_attention_and_keeps_what_was_read(
    client, team, chosen, jira
):
    read_team(team.pk)
    issues = JiraIssue.objects.count()
    jira.jira_grants.end_all(refreshes=True)

    assert read_team(team.pk)

    chosen.refresh_from_db()
    assert chosen.attention == "The sign-in at Atlassian has ended. Connect Jira again."
    assert chosen.is_refused
    assert JiraIssue.objects.count() == issues
    for page in ("jira", "settings_jira"):
        text = client.get(url(page, team)).text
        assert "Jira needs attention" in text
        assert "Connect Jira again" in text
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == "syncing"  # the import knows nothing of it


def test_what_was_refused_is_tried_again_a_day_later(chosen, jira):
    jira.jira.change({"next": ["403"]})
    read_team(chosen.team_id)
    chosen.refresh_from_db()
    assert "Jira refuses what Mergelight asks" in chosen.attention
    wait = chosen.due_at - datetime.now(UTC)
    assert NEXT_TRY - timedelta(minutes=5) < wait <= NEXT_TRY

    read_team(chosen.team_id)

    chosen.refresh_from_db()
    assert (chosen.attention, chosen.is_refused) == ("", False)
    assert chosen.synced_at is not None


def test_a_site_that_is_gone_is_named(chosen, jira):
    jira.jira_site.is_gone = True

    read_team(chosen.team_id)

    chosen.refresh_from_db()
    assert chosen.attention.startswith("The Jira site northwind-labs is gone")
    assert not JiraProject.objects.exclude(attention="").exists()


def test_a_project_that_is_gone_is_named_and_the_others_are_read(client, team, chosen, jira):
    jira.jira_site.drop_project("HARB")

    read_team(team.pk)

    chosen.refresh_from_db()
    assert chosen.attention.startswith("The project HARB is gone from Jira")
    assert not chosen.is_refused
    assert chosen.synced_at is not None
    assert JiraIssue.objects.filter(project__key="LAN").exists()
    assert "The project HARB is gone" in client.get(url("settings_jira", team)).text

    lan = str(jira.jira_site.projects["LAN"].id)
    client.post(url("jira_projects", team), {"projects": [lan], "place": "settings"})
    chosen.refresh_from_db()
    assert chosen.attention == ""


def test_connecting_again_mends_it_and_keeps_projects_and_issues(client, team, chosen, jira):
    read_team(team.pk)
    issues = JiraIssue.objects.count()
    jira.jira_grants.end_all(refreshes=True)
    read_team(team.pk)

    connect(client, team)

    chosen.refresh_from_db()
    assert (chosen.attention, chosen.is_refused) == ("", False)
    assert chosen.due_at is not None
    assert JiraIssue.objects.count() == issues
    read_team(team.pk)
    chosen.refresh_from_db()
    assert chosen.attention == ""


@pytest.mark.parametrize("fault", ["500", "502", "503", "prose", "empty", "reset"])
def test_an_outage_is_waited_out_and_troubles_nobody(chosen, jira, fault):
    jira.jira.change({"next": [fault]})

    read_team(chosen.team_id)

    chosen.refresh_from_db()
    assert chosen.attention == ""
    assert chosen.failures == 1
    assert chosen.due_at > datetime.now(UTC)
    read_team(chosen.team_id)
    chosen.refresh_from_db()
    assert chosen.synced_at is not None


def test_a_limit_is_kept_as_long_as_jira_says(chosen, jira):
    jira.jira.change({"next": ["429 long"]})

    read_team(chosen.team_id)

    chosen.refresh_from_db()
    wait = (chosen.due_at - datetime.now(UTC)).total_seconds()
    assert 3500 < wait <= 3600
    assert chosen.failures == 0


def test_waits_grow_and_end_growing(chosen, jira):
    jira.jira.change({"faults": {"503": 1.0}})
    waits = []
    for _ in range(9):
        read_team(chosen.team_id)
        chosen.refresh_from_db()
        waits.append(round((chosen.due_at - datetime.now(UTC)).total_seconds() / 60))

    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_a_team_that_is_disconnected_while_it_is_read_gets_no_more_rows(
    chosen, jira, settings, monkeypatch
):
    settings.JIRA_PAGE_SIZE = 3
    from apps.jira import passes
    from apps.jira.connections import disconnect

    stored = passes._store

    def disconnected_after_a_page(project, page):
        stored(project, page)
        monkeypatch.setattr(passes, "_store", stored)
        disconnect(project.team)

    monkeypatch.setattr(passes, "_store", disconnected_after_a_page)

    read_team(chosen.team_id)

    assert not JiraConnection.objects.exists()
    assert not JiraIssue.objects.exists()


def test_a_team_that_is_deleted_while_it_is_read_is_not_made_again(
    chosen, team, jira, settings, monkeypatch
):
    """R-67"""
    from apps.jira.client import JiraClient

    asked = JiraClient.issues

    def deleted_meanwhile(self, *args, **kwargs):
        page = asked(self, *args, **kwargs)
        team.delete()
        monkeypatch.setattr(JiraClient, "issues", asked)
        return page

    monkeypatch.setattr(JiraClient, "issues", deleted_meanwhile)

    read_team(chosen.team_id)

    assert not JiraConnection.objects.exists()
    assert not JiraIssue.objects.exists()
