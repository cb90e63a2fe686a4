"""The log tells what people should hear: an import's end, and what has stopped, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github.models import Connection
from apps.notifications.announce import announce_news
from apps.notifications.deliver import deliver_due
from apps.notifications.models import Notification
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import STARTED
from tests.factories import MembershipFactory, TeamFactory

pytestmark = pytest.mark.django_db

S = Status


def told(team: Team) -> list[tuple[str, int, int]]:
    announce_news()
    found = Notification.objects.filter(team=team).order_by("pk")
    return list(found.values_list("kind", "run", "ticket"))


def travel(team: Team, *moves: tuple[str, Status, Status], run: int = 1, **more) -> None:
    """Write moves into the log, each under the next ticket, and the row as the last left it."""
    actor, reason = more.pop("actor", "mira"), more.pop("reason", "")
    ago = more.pop("ago", timedelta())
    ticket = rows().values_list("pipeline_ticket", flat=True).get(pk=team.pk)
    for verb, source, target in moves:
        ticket += 1
        PipelineTransition.objects.create(
            team=team,
            ticket=ticket,
            run=run,
            verb=verb,
            source=source,
            target=target,
            actor="worker" if verb in ("advance", "fail") else actor,
            reason=reason if verb == "fail" else "",
            at=timezone.now() - ago,
        )
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=moves[-1][2],
        onboarding_pipeline_started_at=STARTED,
        onboarding_pipeline_error=reason if moves[-1][0] == "fail" else "",
        phase1_completed_at=STARTED,
        pipeline_run=run,
        pipeline_ticket=ticket,
        **more,
    )


BEGIN = ("start", S.NOT_STARTED, S.SYNCING_MEMBERS)
OPENED = ("advance", S.COMPUTING_INSIGHTS, S.PHASE1_COMPLETE)
ENDED = ("advance", S.BACKGROUND_INSIGHTS, S.COMPLETE)
FAIL = ("fail", S.SYNCING, S.FAILED)
FAIL_LATER = ("fail", S.BACKGROUND_SYNCING, S.FAILED)
REFRESH = ("refresh", S.COMPLETE, S.BACKGROUND_SYNCING)
REFRESH_FAILED = ("refresh", S.FAILED, S.BACKGROUND_SYNCING)
RETRY = ("retry", S.FAILED, S.SYNCING)


@pytest.fixture
def team() -> Team:
    return MembershipFactory().team


def kinds(team: Team) -> list[str]:
    return [kind for kind, _, _ in told(team)]


def test_the_end_of_phase_2_is_told_once(team):
    travel(team, BEGIN, OPENED, ENDED)

    assert kinds(team) == ["ready", "complete"]
    assert kinds(team) == ["ready", "complete"]


def test_a_run_of_one_phase_tells_all_when_it_opens_the_dashboard(team):
    travel(team, BEGIN, ("advance", S.COMPUTING_INSIGHTS, S.COMPLETE))

    assert kinds(team) == ["ready"]


def test_an_update_of_what_was_complete_is_no_news(team):
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=3))
    travel(team, REFRESH, ENDED, run=2)

    assert kinds(team) == []


def test_an_update_that_reads_the_history_whole_for_the_first_time_is_news(team):
    travel(team, BEGIN, OPENED, FAIL_LATER, ago=timedelta(days=3), reason="Down.")
    travel(team, REFRESH_FAILED, ENDED, run=2)

    assert told(team) == [("complete", 2, 0)]


def test_an_import_that_was_begun_again_tells_its_own_end(team):
    travel(team, BEGIN, OPENED, ENDED)
    announce_news()
    travel(team, ("restart", S.COMPLETE, S.SYNCING_MEMBERS), OPENED, ENDED, run=2)

    assert [(kind, run) for kind, run, _ in told(team)] == [
        ("ready", 1),
        ("complete", 1),
        ("ready", 2),
        ("complete", 2),
    ]


def test_an_old_end_is_no_news(team):
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=1, minutes=1))

    assert kinds(team) == []


def test_a_failure_is_told_once_to_admins(team):
    MembershipFactory(team=team, role="member")
    travel(team, BEGIN, FAIL, reason="GitHub does not accept the token. Reconnect GitHub.")

    assert told(team) == [("failed", 1, 2)]
    assert told(team) == [("failed", 1, 2)]
    notification = Notification.objects.get()
    assert notification.user.memberships.get().is_admin


def test_who_cancels_is_not_told_of_it(team):
    travel(team, BEGIN, ("cancel", S.SYNCING, S.FAILED))

    assert told(team) == []


def test_the_same_run_that_fails_again_is_another_failure(team):
    travel(team, BEGIN, FAIL, reason="Down.")
    announce_news()
    travel(team, RETRY, FAIL, reason="Down.")

    assert told(team) == [("failed", 1, 2), ("failed", 1, 4)]


def test_what_was_set_going_again_is_not_told_any_more(team):
    travel(team, BEGIN, FAIL, reason="Down.")
    travel(team, RETRY)

    assert told(team) == []


def test_a_connection_that_is_lost_fails_every_night_and_is_told_once(team):
    """R-19"""
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=9))
    lost = {"actor": "nightly", "reason": "The token was revoked. Reconnect GitHub."}
    travel(team, REFRESH, FAIL_LATER, run=2, **lost)
    assert len(told(team)) == 1

    for run in (3, 4):
        travel(team, REFRESH_FAILED, FAIL_LATER, run=run, **lost)
        assert len(told(team)) == 1


def test_another_cause_the_night_after_is_news(team):
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=9))
    travel(team, REFRESH, FAIL_LATER, run=2, actor="nightly", reason="One.")
    announce_news()
    travel(team, REFRESH_FAILED, FAIL_LATER, run=3, actor="nightly", reason="Another.")

    assert len(told(team)) == 2


def test_the_same_cause_after_a_good_night_is_news(team):
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=9))
    travel(team, REFRESH, FAIL_LATER, run=2, actor="nightly", reason="One.")
    announce_news()
    travel(team, REFRESH_FAILED, ENDED, run=3)
    travel(team, REFRESH, FAIL_LATER, run=4, actor="nightly", reason="One.")

    assert len([each for each in told(team) if each[0] == "failed"]) == 2


def test_who_asks_for_an_update_and_leaves_is_told_that_it_has_failed_again(team):
    travel(team, BEGIN, OPENED, ENDED, ago=timedelta(days=9))
    travel(team, REFRESH, FAIL_LATER, run=2, actor="nightly", reason="One.")
    announce_news()
    travel(team, REFRESH_FAILED, FAIL_LATER, run=3, actor="mira", reason="One.")

    assert len(told(team)) == 2


def test_the_mail_says_the_cause_and_what_to_do(team, server):
    travel(team, BEGIN, FAIL, reason="GitHub answers with an error. <b>")
    announce_news()

    assert deliver_due() == 1
    ((_, mail),) = server.taken
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    html = mail.get_payload()[1].get_payload(decode=True).decode()
    assert mail["Subject"] == f"The import of {team.name} has stopped"
    assert "GitHub answers with an error. <b>" in text
    assert "GitHub answers with an error. &lt;b&gt;" in html
    assert f"https://mergelight.test/teams/{team.slug}/status/" in text
    assert mail["Message-ID"].startswith(f"<failed.{team.pk}.1-2.")


def test_a_lost_connection_is_told_as_that_and_the_button_leads_there(team, server):
    """R-19"""
    lost = "GitHub does not accept the token any more. Reconnect GitHub."
    Connection.objects.create(team=team, closed_because=lost)
    travel(team, BEGIN, FAIL, reason=lost)
    announce_news()

    deliver_due()
    ((_, mail),) = server.taken
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    assert mail["Subject"] == f"{team.name} has lost its connection to GitHub"
    assert lost in text
    assert f"Reconnect GitHub: https://mergelight.test/teams/{team.slug}/github/" in text


def test_a_failure_that_a_person_has_mended_before_its_mail_went_is_not_mailed(team, server):
    travel(team, BEGIN, FAIL, reason="Down.")
    announce_news()
    move(team.pk, "retry", actor="mira")

    assert deliver_due() == 0
    assert Notification.objects.get().state == Notification.State.REFUSED


def test_a_team_in_which_nobody_is_reached_has_no_rows():
    team = TeamFactory()
    travel(team, BEGIN, FAIL, reason="Down.")

    assert told(team) == []
