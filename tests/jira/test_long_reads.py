"""Reading more than one answer of Jira, or one task, takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.jira import read
from apps.jira.models import JiraProject
from apps.jira.read import read_team
from tests.jira.test_reading import in_history, make, rows

pytestmark = pytest.mark.django_db


def test_a_long_read_makes_room_for_others_and_comes_to_its_end(
    chosen, jira, settings, monkeypatch
):
    settings.JIRA_PAGE_SIZE = 5
    monkeypatch.setattr(read, "MOST_STEPS", 3)

    for _ in range(60):
        read_team(chosen.team_id)
        chosen.refresh_from_db()
        if chosen.due_at is None:
            break

    assert chosen.synced_at is not None
    assert in_history(jira.jira_site, "HARB", "LAN") <= set(rows())


def test_more_issues_changed_at_once_than_a_task_reads_come_to_their_end(
    chosen, jira, settings, monkeypatch
):
    """An import into Jira changes thousands in one minute; no task may begin with the same ones."""
    settings.JIRA_PAGE_SIZE = 5
    monkeypatch.setattr(read, "MOST_STEPS", 3)
    site, moment = jira.jira_site, datetime.now(UTC) - timedelta(days=1)
    for number in range(40):
        site.put(replace(make(site, f"HARB-{9001 + number}"), updated=moment))

    for _ in range(60):
        read_team(chosen.team_id)
        chosen.refresh_from_db()
        if chosen.due_at is None:
            break

    assert chosen.synced_at is not None
    assert in_history(jira.jira_site, "HARB", "LAN") <= set(rows())


def test_all_pages_belong_to_one_question(chosen, jira, settings):
    """Jira's token of the next page is of no use with another question."""
    settings.JIRA_PAGE_SIZE = 5

    read_team(chosen.team_id)

    assert not JiraProject.objects.exclude(attention="").exists()
