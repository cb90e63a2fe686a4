"""Whose Jira is read when: when it is due, after each import and update, at night."""

from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db import connection as database
from django.test import TestCase
from django.utils import timezone

from apps.jira.models import JiraConnection, JiraProject
from apps.jira.upkeep import due, read_due
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rested(settings):
    """Read an hour ago, after everything that has happened."""
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": None}
    hour_ago = timezone.now() - timedelta(hours=1)
    team = TeamFactory(
        phase1_completed_at=hour_ago - timedelta(hours=1),
        onboarding_pipeline_completed_at=hour_ago - timedelta(minutes=5),
    )
    JiraProject.objects.create(team=team, jira_id="1", key="HARB", name="Harbor")
    return JiraConnection.objects.create(
        team=team, cloud_id="1", sync_began_at=hour_ago, synced_at=hour_ago
    )


def changed(connection, **columns):
    JiraConnection.objects.filter(pk=connection.pk).update(**columns)
    return due().exists()


def test_whoever_was_read_after_everything_rests(rested):
    assert not due().exists()


def test_a_moment_that_was_set_comes(rested):
    now = timezone.now()
    assert not changed(rested, due_at=now + timedelta(minutes=1))
    assert changed(rested, due_at=now - timedelta(seconds=1))


@pytest.mark.parametrize("column", ["phase1_completed_at", "onboarding_pipeline_completed_at"])
def test_new_pull_requests_are_looked_through(rested, column):
    with database.cursor() as cursor:  # the pipeline's columns are written by its moves alone
        moment = database.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(f"UPDATE teams_team SET {column} = %s", [moment])  # noqa: S608
    assert due().exists()


def test_whoever_is_read_just_now_is_left_alone_until_it_falls_silent(rested):
    now = timezone.now()
    assert not changed(rested, sync_claim="a", sync_heartbeat=now, due_at=now)
    assert changed(rested, sync_heartbeat=now - timedelta(minutes=5), due_at=None)


def test_the_night_comes_to_every_team(rested, settings):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    assert changed(rested, sync_began_at=timezone.now() - timedelta(hours=27))


def test_what_jira_refuses_waits_for_its_day(rested):
    now = timezone.now()
    later = now + timedelta(hours=3)
    assert not changed(rested, is_refused=True, due_at=later, sync_began_at=None)
    assert changed(rested, due_at=now)


def test_messages_that_nobody_has_time_for_do_not_pile_up(rested, monkeypatch):
    """The row says that it is due: beat asks each minute, for as long as the queue is full."""
    sent = []
    monkeypatch.setattr("apps.jira.soon.hint", lambda task, **told: sent.append(told))
    JiraConnection.objects.update(due_at=timezone.now())

    with TestCase.captureOnCommitCallbacks(execute=True):
        read_due()
        read_due()

    assert [told["expires"] for told in sent] == [60, 60]
    assert sent[0]["kwargs"] == {"team_id": rested.team_id}


def test_whoever_dies_over_what_jira_had_refused_is_found(rested):
    silent = timezone.now() - timedelta(minutes=5)
    assert changed(rested, is_refused=True, due_at=None, sync_claim="a", sync_heartbeat=silent)


def test_without_projects_there_is_nothing_to_read(rested):
    JiraProject.objects.all().delete()
    assert not changed(rested, due_at=timezone.now())


def test_jira_that_is_configured_by_half_is_told_at_the_start(settings):
    settings.JIRA_CLIENT_ID = "only this"
    assert [each.id for each in run_checks(tags=["jira"])] == ["jira.W001"]
    settings.JIRA_CLIENT_SECRET = "and this"
    assert run_checks(tags=["jira"]) == []
