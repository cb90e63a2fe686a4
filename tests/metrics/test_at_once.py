"""A run's measurement and a freshening at the same moment, in two processes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from apps.metrics import measure as measuring
from apps.metrics.flows import replace_flows
from apps.metrics.freshen import freshen
from apps.metrics.measure import measure
from apps.metrics.models import PullRequestFlow, TeamWeek
from apps.metrics.remeasure import Overtaken
from tests.claims import claim
from tests.metrics.measuring import NOW, SINCE, measured, merged_at

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds, then it hangs
LATER = NOW + timedelta(hours=1)


def test_a_freshening_waits_for_the_measurement_that_is_being_stored(repository, monkeypatch):
    """SQLite lets only one write at all; PostgreSQL has a lock for each row."""
    merged_at(SINCE + timedelta(days=1), repository)
    measured(repository)
    merged_at(SINCE + timedelta(days=2), repository)
    ended: list[object] = []

    def freshen_meanwhile() -> None:
        try:
            ended.append(freshen(repository.team, now=LATER))
        except Exception as exc:  # noqa: BLE001 - the test looks at it
            ended.append(exc)
        finally:
            connection.close()

    other = threading.Thread(target=freshen_meanwhile)

    def store_slowly(team, rows) -> None:
        other.start()
        other.join(1)  # it is waiting by then, or through
        replace_flows(team, rows)

    monkeypatch.setattr(measuring, "replace_flows", store_slowly)
    measure(claim(repository.team), since=SINCE, now=LATER)
    other.join(PATIENCE)

    assert [type(end) for end in ended] == [Overtaken]
    assert TeamWeek.objects.get(week_start=SINCE.date()).merged == 2
    assert PullRequestFlow.objects.count() == 2
