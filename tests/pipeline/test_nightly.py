"""Every team is brought up to date once a night, and only where nobody has stopped it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from apps.github.models import Connection
from apps.pipeline import nightly
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.nightly import latest, refresh_due
from apps.pipeline.refreshes import request_refresh
from apps.pipeline.rows import rows
from apps.pipeline.tasks import refresh_due as task
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 2, 5, tzinfo=UTC)
YESTERDAY = MORNING - timedelta(hours=20)


@pytest.fixture(autouse=True)
def at_five(settings: Any) -> None:
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}


def team_at(status: Status = Status.COMPLETE, **columns: Any) -> Team:
    return TeamFactory(
        **{
            "onboarding_pipeline_status": status,
            "onboarding_pipeline_started_at": YESTERDAY,
            "phase1_completed_at": YESTERDAY,
            **columns,
        }
    )


@pytest.mark.parametrize("kind", [*Connection.Kind, None])
def test_every_team_is_updated_at_night_whatever_its_connection(kind, sent):
    team = team_at()
    if kind is not None:
        Connection.objects.create(
            team=team, kind=kind, viewer_login="", account_login="acme", account_type="user"
        )

    with sent() as tasks:
        assert refresh_due(MORNING) == [team.pk]

    assert tasks == [("background_syncing", 1)]
    entry = PipelineTransition.objects.get(team=team)
    assert (entry.verb, entry.actor) == ("refresh", "nightly")


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.FAILED])
def test_who_rests_behind_an_open_dashboard_is_updated_once_a_night(status):
    team = team_at(status)

    assert refresh_due(MORNING) == [team.pk]
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=status,
        onboarding_pipeline_started_at=MORNING + timedelta(minutes=1),
    )

    assert refresh_due(MORNING + timedelta(hours=23)) == []
    assert refresh_due(MORNING + timedelta(days=1)) == [team.pk]


@pytest.mark.parametrize("status", [Status.NOT_STARTED, *ACTIVE])
def test_who_does_not_rest_is_left_alone(status):
    team_at(status)

    assert refresh_due(MORNING) == []


def test_without_a_dashboard_there_is_nothing_to_update():
    team_at(Status.FAILED, phase1_completed_at=None)

    assert refresh_due(MORNING) == []


def test_what_a_person_has_cancelled_rests_until_a_person_sets_it_going():
    team = team_at(Status.BACKGROUND_SYNCING)
    move(team.pk, "cancel", actor="mira")
    assert refresh_due(MORNING) == []

    move(team.pk, "retry", actor="mira")
    move(team.pk, "fail", actor="worker", arguments={"reason": "GitHub refuses the token."})

    assert refresh_due(MORNING) == [team.pk]


def test_a_night_in_which_the_machine_was_off_is_made_up_for_when_it_is_back():
    team = team_at(onboarding_pipeline_started_at=MORNING - timedelta(days=3))

    assert refresh_due(MORNING + timedelta(hours=9)) == [team.pk]


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        (MORNING, MORNING),
        (MORNING + timedelta(hours=23, minutes=59), MORNING),
        (MORNING - timedelta(seconds=1), MORNING - timedelta(days=1)),
        (datetime.fromisoformat("2026-06-02T06:30+02:00"), MORNING - timedelta(days=1)),
    ],
)
def test_the_latest_hour_is_of_today_or_of_yesterday_in_utc(now, hour):
    assert latest(5, now) == hour


def test_without_an_hour_nobody_is_updated(settings):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": None}
    team_at()

    assert refresh_due(MORNING) == []


def test_a_call_takes_some_teams_those_that_have_waited_longest(monkeypatch):
    monkeypatch.setattr(nightly, "AT_ONCE", 2)
    third, first, second = (
        team_at(onboarding_pipeline_started_at=YESTERDAY - timedelta(hours=hours)).pk
        for hours in (1, 3, 2)
    )

    calls = [refresh_due(MORNING) for _ in range(3)]

    assert calls == [[first, second], [third], []]


def test_beat_asks_the_clock_of_the_database():
    team = team_at(onboarding_pipeline_started_at=datetime.now(UTC) - timedelta(days=2))

    task()

    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.BACKGROUND_SYNCING


def test_somebody_who_moves_a_team_meanwhile_does_not_harm_the_others(monkeypatch):
    moved, other = team_at(onboarding_pipeline_started_at=YESTERDAY - timedelta(hours=1)), team_at()
    real = nightly.refresh

    def refresh(team_id: int, **options: Any) -> bool:
        if team_id == moved.pk:
            move(team_id, "restart", actor="mira")
        return real(team_id, **options)

    monkeypatch.setattr(nightly, "refresh", refresh)

    assert refresh_due(MORNING) == [other.pk]
    assert Team.objects.get(pk=moved.pk).onboarding_pipeline_status == Status.SYNCING_MEMBERS


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_begin_one_run_even_if_the_first_has_ended(monkeypatch, sent):
    team = team_at()
    meeting, real = threading.Barrier(2), nightly.refresh

    def refresh(team_id: int, **options: Any) -> bool:
        meeting.wait(30)  # both have read the team's ticket
        refreshed = real(team_id, **options)
        if refreshed:
            rows().filter(pk=team_id).update(onboarding_pipeline_status=Status.COMPLETE)
        return refreshed

    monkeypatch.setattr(nightly, "refresh", refresh)
    with sent():
        answers = in_two_threads(lambda: refresh_due(MORNING))

    assert sorted(answers) == [[], [team.pk]]
    assert Team.objects.get(pk=team.pk).pipeline_run == 1


def in_two_threads(call: Callable[[], list[int]]) -> list[list[int]]:
    answers: list[list[int]] = []

    def ask() -> None:
        try:
            answers.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# --- Asked for, by whoever knows that something has changed ---------------------------------------


def complete_since(seconds: float, status: Status = Status.COMPLETE) -> Team:
    return team_at(
        status, onboarding_pipeline_started_at=datetime.now(UTC) - timedelta(seconds=seconds)
    )


def test_a_complete_team_is_refreshed_when_somebody_asks(sent):
    team = complete_since(1000)

    with sent() as tasks:
        assert request_refresh(team.pk, actor="webhook")

    assert tasks == [("background_syncing", 1)]
    assert PipelineTransition.objects.get(team=team).actor == "webhook"


@pytest.mark.parametrize("status", [status for status in Status if status != Status.COMPLETE])
def test_no_other_is(status):
    assert not request_refresh(complete_since(1000, status).pk, actor="webhook")


def test_runs_that_nobody_has_pressed_a_button_for_keep_their_distance(settings):
    settings.PIPELINE = settings.PIPELINE | {"refresh_seconds": 900.0}
    team = complete_since(600)

    assert not request_refresh(team.pk, actor="webhook")
    assert request_refresh(team.pk, actor="webhook", min_interval_seconds=500)


def test_a_team_that_is_gone_is_no_failure():
    assert not request_refresh(4711, actor="webhook")
