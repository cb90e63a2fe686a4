"""A way to GitHub that is closed there stops its teams' runs, and one opened again resumes them."""

from datetime import timedelta

import pytest

from apps.github.api.errors import GitHubTokenRejected
from apps.github.connecting import installations
from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection, Delivery
from apps.github.webhooks import deliveries
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.github import hooks
from tests.github.fakes import NOW, stamp
from tests.github.hooks import another_team, by_app, send, signed_in
from tests.github.running import sync_older

pytestmark = pytest.mark.usefixtures("hints")

LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [("deleted", installations.UNINSTALLED), ("suspend", installations.SUSPENDED)],
)
def test_a_closed_installation_stops_the_run_and_says_why(team, web, tell, action, sentence):
    """S-041"""
    by_app(team)
    running = claim(team, Status.SYNCING)

    tell(("installation", hooks.installation(action)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.FAILED
    assert team.onboarding_pipeline_error == sentence
    with pytest.raises(TicketLost), running.batch():
        pytest.fail("the next page is not stored")
    with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
        credentials_of(team)


def test_a_revoked_authorization_empties_the_tokens(team, web, tell):
    """S-041"""
    signed_in(team, viewer_id=42)
    running = claim(team, Status.BACKGROUND_SYNCING)

    tell(("github_app_authorization", hooks.revoked(42)))

    connection = Connection.objects.get(team=team)
    assert connection.token == connection.refresh_token == connection.token_hint == ""
    assert "viewer has taken our permission back" in connection.closed_because
    with pytest.raises(TicketLost):
        running.heartbeat()


def test_a_team_at_rest_is_told_why_by_an_update_that_fails(team, web, tell):
    """S-041"""
    signed_in(team, viewer_id=42)
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at=NOW,
        phase1_completed_at=NOW,
    )

    tell(("github_app_authorization", hooks.revoked(42)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    with pytest.raises(GitHubTokenRejected, match="taken our permission back"):
        sync_older(team)


def test_a_team_that_has_not_begun_is_cut_off_and_stays_where_it_is(team, web, tell):
    signed_in(team, viewer_id=42)

    tell(("github_app_authorization", hooks.revoked(42)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.NOT_STARTED
    assert not Connection.objects.get(team=team).is_open


def test_nobody_else_is_cut_off(team, web, tell):
    by_app(team)
    other = another_team(web, kind="app", installation_id=1, viewer_id=42)
    pasted = another_team(web, token="ghp_own", viewer_id=42)
    signed_in(another_team(web).team, viewer_id=42)

    tell(
        ("installation", hooks.installation("suspend")),
        ("github_app_authorization", hooks.revoked(42)),
    )

    for row in (other, pasted):
        assert row.team.github.is_open
        row.team.github.refresh_from_db()
        assert row.team.github.is_open
    assert Connection.objects.get(team=pasted.team).token == "ghp_own"


def test_a_sign_in_of_a_later_authorization_is_kept(team, web, client):
    signed_in(team, viewer_id=42)
    send(client, "github_app_authorization", hooks.revoked(42))
    signed_in(team, viewer_id=42)

    deliveries.take_in()

    assert Connection.objects.get(team=team).token == "ghu_secret"


@pytest.mark.parametrize("action", ["unsuspend", "new_permissions_accepted"])
def test_an_installation_that_was_let_in_again_is_open(team, web, tell, action):
    by_app(team)
    tell(("installation", hooks.installation("suspend", at=NOW)))

    tell(("installation", hooks.installation(action, at=LATER)))

    assert Connection.objects.get(team=team).is_open


def test_a_run_that_was_stopped_by_a_suspension_goes_on_where_it_was(team, web, tell):
    """S-041"""
    by_app(team)
    claim(team, Status.SYNCING)
    tell(("installation", hooks.installation("suspend", at=NOW)))

    tell(("installation", hooks.installation("unsuspend", at=LATER)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.SYNCING
    web.refresh_from_db()
    assert web.told_at is not None


def test_a_run_that_a_person_has_ended_stays_ended(team, web, tell):
    by_app(team)
    claim(team, Status.SYNCING)
    move(team.pk, "cancel", actor="ada")
    tell(("installation", hooks.installation("suspend", at=NOW)))

    tell(("installation", hooks.installation("unsuspend", at=LATER)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.FAILED


@pytest.mark.parametrize("together", [True, False])
def test_the_last_word_on_an_installation_counts_whichever_comes_first(team, web, tell, together):
    by_app(team)
    words = [
        ("installation", hooks.installation("unsuspend", at=LATER)),
        ("installation", hooks.installation("suspend", at=NOW)),
    ]
    if together:
        tell(*words)
    else:
        tell(words[0])
        tell(words[1])

    assert Connection.objects.get(team=team).is_open


def test_an_installation_that_was_deleted_does_not_come_back(team, web, tell):
    by_app(team)

    tell(
        ("installation", hooks.installation("deleted", at=NOW)),
        ("installation", hooks.installation("unsuspend", at=LATER)),
    )

    assert Connection.objects.get(team=team).closed_because == installations.UNINSTALLED


def test_one_that_cannot_be_taken_in_keeps_no_other_waiting(team, web, client, monkeypatch, caplog):
    by_app(team)
    monkeypatch.setattr(deliveries.access, "_installation", lambda _delivery: 1 / 0)
    send(client, "installation", hooks.installation("suspend"))
    send(client, "repository", hooks.about_repository("archived", web))
    send(client, "pull_request", hooks.pull_request(web))

    deliveries.take_in()

    assert Delivery.objects.get(taken_in_at=None).event == "installation"
    assert "cannot be taken in" in caplog.text
    monkeypatch.undo()
    deliveries.upkeep()
    assert not Connection.objects.get(team=team).is_open


def test_times_of_an_installation_are_read_as_text_and_as_seconds(team, web, tell):
    by_app(team)
    body = hooks.installation("suspend")
    body["installation"]["updated_at"] = int(NOW.timestamp())
    zoned = hooks.installation("unsuspend")
    zoned["installation"]["updated_at"] = stamp(LATER).replace("Z", ".000+00:00")

    tell(("installation", zoned), ("installation", body))

    assert set(Delivery.objects.values_list("updated_at", flat=True)) == {NOW, LATER}
    assert Connection.objects.get(team=team).is_open
