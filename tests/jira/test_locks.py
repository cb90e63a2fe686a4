"""Connecting anew while a worker writes what it reads: PostgreSQL's locks of rows."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.jira.connections import adopt
from apps.jira.models import JiraConnection, JiraProject
from apps.jira.oauth import Grant
from apps.jira.payloads import Site
from apps.jira.turns import TurnLost, take_turn
from tests.factories import TeamFactory

GRANT = Grant("token", "next", timezone.now() + timedelta(hours=1), "read:jira-work")
SITE = Site("1", "lantern", "https://lantern.atlassian.example")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the database, not rows")
@pytest.mark.django_db(transaction=True)
def test_who_connects_anew_while_rows_are_written_waits_for_no_deadlock():
    team = TeamFactory()
    person = User.objects.create_user("mira")
    JiraConnection.objects.create(team=team, cloud_id="1")
    turn = take_turn(team.pk)
    has_begun, raised = threading.Event(), []

    def connect_anew():
        try:
            has_begun.set()
            adopt(team, GRANT, [SITE], user=person)
        except Exception as exc:  # noqa: BLE001 - it is looked at below
            raised.append(exc)
        finally:
            connection.close()

    thread = threading.Thread(target=connect_anew)
    with turn.batch():
        thread.start()
        has_begun.wait(30)
        thread.join(2)  # long enough to take its first lock, and to wait for the second
        JiraProject.objects.create(team=team, jira_id="7", key="HARB", name="Harbor")
    thread.join(60)

    assert raised == []
    assert JiraConnection.objects.get(team=team).connected_by == person
    with pytest.raises(TurnLost), turn.batch():
        pass
