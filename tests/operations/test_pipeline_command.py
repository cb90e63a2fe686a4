"""`manage.py pipeline` shows where teams stand and moves those that wait."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from apps.teams import journal
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def printed(capsys, *arguments: str) -> str:
    call_command("pipeline", *arguments)
    return str(capsys.readouterr().out)


@pytest.fixture
def failed_team() -> Team:
    team = TeamFactory(slug="rockets", name="Rockets [red]")
    move(team.pk, "start", actor="ada")
    move(team.pk, "fail", actor="worker", arguments={"reason": "GitHub refused the token."})
    return Team.objects.get(pk=team.pk)


def test_the_list_shows_every_team(capsys, failed_team):
    TeamFactory(slug="another")

    text = printed(capsys, "list")

    assert [line.split()[0] for line in text.splitlines()] == ["team", "another", "rockets"]
    assert "Rockets [red]" in text
    assert "GitHub refused the token." in text


def test_the_list_for_machines_is_one_json_document(capsys, failed_team):
    (team,) = json.loads(printed(capsys, "list", "--json"))

    assert (team["team"], team["status"]) == ("rockets", "failed")


def test_one_team_is_shown_with_its_log(capsys, failed_team):
    text = printed(capsys, "show", "rockets")
    document = json.loads(printed(capsys, "show", "Rockets [red]", "--json"))

    assert "not_started" in text
    assert [entry["verb"] for entry in document["transitions"]] == ["start", "fail"]


def test_a_team_at_rest_is_brought_up_to_date(capsys):
    team = TeamFactory(
        slug="rockets",
        onboarding_pipeline_status=Status.COMPLETE,
        phase1_completed_at=timezone.now(),
        onboarding_pipeline_completed_at=timezone.now(),
    )

    values = json.loads(printed(capsys, "refresh", "rockets", "--json"))

    assert (values["status"], values["is_refreshing"]) == ("background_syncing", True)
    assert team.transitions.get().verb == "refresh"
    with pytest.raises(CommandError, match="“refresh” is not possible"):
        printed(capsys, "refresh", "rockets")


def test_a_verb_without_a_team_is_refused():
    with pytest.raises(CommandError, match=r"manage\.py pipeline refresh TEAM"):
        call_command("pipeline", "refresh")


def test_what_happened_is_told_as_the_status_page_tells_it(capsys, failed_team):
    rows().update(time_zone="Asia/Tokyo")
    started, failed = (
        f"{moved.at.astimezone(ZoneInfo('Asia/Tokyo')):%Y-%m-%d %H:%M:%S} JST  "
        for moved in failed_team.transitions.order_by("ticket")
    )

    lines = [line.rstrip() for line in printed(capsys, "show", "rockets").splitlines()]
    told = json.loads(printed(capsys, "show", "rockets", "--json"))["journal"]

    first = "Started by ada: Looking up who belongs to the team"
    place = lines.index(started + first)
    assert lines[place + 1] == failed + "Stopped: GitHub refused the token."
    assert [line["text"] for line in told] == ["Stopped: GitHub refused the token.", first]


def test_a_log_that_is_too_long_says_what_it_leaves_out(capsys, monkeypatch, failed_team):
    monkeypatch.setattr(journal, "LINES", 1)

    assert "(1 earlier)" in printed(capsys, "show", "rockets")


def test_retry_goes_back_to_the_step_that_failed(capsys, failed_team):
    text = printed(capsys, "retry", "rockets")

    assert text == "rockets goes on at “Fetching members”.\n"
    failed_team.refresh_from_db()
    assert failed_team.onboarding_pipeline_status == Status.SYNCING_MEMBERS


def test_a_refused_retry_is_told_in_a_sentence():
    TeamFactory(slug="rockets")

    with pytest.raises(CommandError, match="not possible while the team is at “Not started”"):
        call_command("pipeline", "retry", "rockets")


def test_recover_sends_a_silent_step_again_and_says_why(capsys):
    team = TeamFactory(slug="rockets")
    move(team.pk, "start", actor="ada")
    rows().update(pipeline_changed_at=timezone.now() - timedelta(minutes=5))

    text = printed(capsys, "recover")

    assert text.splitlines() == [
        "rockets at syncing_members: nobody has taken it; send_again",
        "1 sent again.",
    ]
    assert printed(capsys, "recover", "rockets", "--json") == "[]\n"


@pytest.mark.parametrize("action", ["show", "retry"])
def test_a_missing_team_is_asked_for(action):
    with pytest.raises(CommandError, match="Say which team"):
        call_command("pipeline", action)
