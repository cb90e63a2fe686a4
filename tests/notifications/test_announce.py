"""Who is told what is a row, written once, before anything is sent."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.notifications.announce import announce, announce_news, announce_once
from apps.notifications.models import Notification
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import MembershipFactory, TeamFactory
from tests.notifications.conftest import open_dashboard, opened_team

pytestmark = pytest.mark.django_db


def announced(team) -> list[tuple[str, int, str]]:
    return list(
        Notification.objects.filter(team=team)
        .order_by("run", "user__username")
        .values_list("kind", "run", "user__username")
    )


def test_everybody_of_the_team_with_an_address_gets_a_row():
    member = MembershipFactory()
    MembershipFactory(team=member.team, user__email="")
    MembershipFactory(team=member.team, user__is_active=False)
    MembershipFactory()

    announce_once(member.team.pk, kind="ready", run=1)

    assert announced(member.team) == [("ready", 1, member.user.username)]


def test_announcing_again_writes_nothing_more():
    member = MembershipFactory()
    announce_once(member.team.pk, kind="ready", run=1)

    announce_once(member.team.pk, kind="ready", run=1)

    assert len(announced(member.team)) == 1


def test_another_run_is_announced_again():
    member = MembershipFactory()
    announce_once(member.team.pk, kind="ready", run=1)

    announce_once(member.team.pk, kind="ready", run=2)

    assert [run for _, run, _ in announced(member.team)] == [1, 2]


def test_the_step_announces_under_its_ticket():
    member = MembershipFactory()

    announce(claim(member.team, Status.PHASE1_COMPLETE, pipeline_run=3))

    assert announced(member.team) == [("ready", 3, member.user.username)]


def test_a_lost_ticket_announces_nothing():
    member = MembershipFactory()
    ours = claim(member.team, Status.PHASE1_COMPLETE)
    rows().filter(pk=member.team.pk).update(pipeline_ticket=ours.ticket + 1)

    with pytest.raises(TicketLost):
        announce(ours)

    assert announced(member.team) == []


def test_a_rolled_back_announcement_leaves_no_row():
    member = MembershipFactory()

    with transaction.atomic():
        announce_once(member.team.pk, kind="ready", run=1)
        transaction.set_rollback(True)

    assert announced(member.team) == []


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.PHASE1_COMPLETE])
def test_a_run_that_no_step_announced_is_found_in_the_log(status):
    team = opened_team(status=status)

    announce_news()

    assert len(announced(team)) == 1


def test_a_restarted_run_is_not_announced_before_it_has_opened_the_dashboard_itself():
    team = opened_team(run=1)
    announce_news()
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.SYNCING, pipeline_run=2, pipeline_ticket=2
    )

    announce_news()

    assert [run for _, run, _ in announced(team)] == [1]


def test_a_restarted_run_is_announced_once_it_has():
    team = opened_team(run=1)
    announce_news()
    open_dashboard(team, run=2)

    announce_news()
    announce_news()

    assert [run for _, run, _ in announced(team)] == [1, 2]


def refreshed(team: Team, *, run: int, ended: bool) -> None:
    """The log of an update that begins, and ends where told to."""
    steps = [("refresh", Status.COMPLETE, Status.BACKGROUND_SYNCING)]
    steps += [("advance", Status.BACKGROUND_INSIGHTS, Status.COMPLETE)] if ended else []
    for ticket, (verb, source, target) in enumerate(steps, start=run):
        PipelineTransition.objects.create(
            team=team, ticket=ticket, run=run, verb=verb, source=source, target=target
        )
        rows().filter(pk=team.pk).update(
            onboarding_pipeline_status=target, pipeline_run=run, pipeline_ticket=ticket
        )


def test_an_update_is_not_announced():
    team = opened_team(run=1)
    announce_news()
    refreshed(team, run=2, ended=True)

    announce_news()

    assert [run for _, run, _ in announced(team)] == [1]


@pytest.mark.parametrize("ended", [False, True])
def test_an_update_hides_no_run_whose_message_is_still_to_be_written(ended):
    team = opened_team(run=1)
    refreshed(team, run=2, ended=ended)

    announce_news()

    assert [run for _, run, _ in announced(team)] == [1]


def test_a_run_that_was_begun_again_is_not_announced_any_more():
    team = opened_team(run=1)
    PipelineTransition.objects.create(
        team=team, ticket=2, run=2, verb="restart", source="complete", target="syncing_members"
    )

    announce_news()

    assert announced(team) == []


def test_a_run_under_way_is_not_announced():
    member = MembershipFactory()
    claim(member.team, Status.SYNCING)

    announce_news()

    assert announced(member.team) == []


def test_somebody_who_joins_later_is_not_told_about_an_old_run():
    team = opened_team()
    announce_news()
    MembershipFactory(team=team)

    announce_news()

    assert len(announced(team)) == 1


def test_the_first_to_join_is_not_told_about_an_old_run_but_about_a_new_one():
    team = TeamFactory()
    open_dashboard(team, run=1, ago=timedelta(days=1, minutes=1))
    MembershipFactory(team=team)

    announce_news()
    assert announced(team) == []

    open_dashboard(team, run=2)
    announce_news()
    assert [run for _, run, _ in announced(team)] == [2]


def test_a_team_without_people_is_no_work():
    open_dashboard(TeamFactory(), run=1)

    announce_news()

    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_announce_at_once_write_one_row():
    team = opened_team(people=3)
    together = threading.Barrier(4)

    def announcer() -> None:
        together.wait()
        announce_news()
        announce_once(team.pk, kind="ready", run=1)
        connection.close()

    threads = [threading.Thread(target=announcer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(announced(team)) == 3
