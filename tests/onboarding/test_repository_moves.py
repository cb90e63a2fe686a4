"""A repository that was not read in full says why, and what helps it is a button beside it."""

import re

import pytest
from django.urls import reverse

from apps.github.api.replies import RECONNECT
from apps.github.models import Connection, TrackedRepository
from apps.github.syncing.repositories import LOST
from apps.metrics.models import CountingChange
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(team):
    """Complete, but for one repository of eight."""
    team.repositories.update(sync_status="failed", sync_error=LOST)
    for _ in range(7):
        PullRequestFactory(repository=TrackedRepositoryFactory(team=team, sync_status="completed"))
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete",
        onboarding_pipeline_completed_at="2026-06-01T12:09:00Z",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )
    team.refresh_from_db()
    return team


@pytest.fixture
def lost(ended):
    return ended.repositories.get(sync_status="failed")


def status(client, team):
    return client.get(reverse("onboarding:status", args=[team.slug])).text


def drop(client, team, repository):
    return client.post(
        reverse("onboarding:drop", args=[team.slug, repository.pk]), follow=True
    ).text


def form(shown, name):
    """Where the form of that id is posted to."""
    found = re.search(rf'<form method="post" action="([^"]+)" id="{name}"', shown)
    return found and found.group(1)


def test_the_end_counts_what_is_whole_and_says_what_is_not(client, ended):
    shown = status(client, ended)

    assert "The last 90 days are read, with gaps" in shown
    assert "7 of 8 repositories read without a gap." in shown
    assert LOST.split(".", maxsplit=1)[0] in shown


def test_trying_again_reads_what_failed(client, ended, lost):
    again = form(status(client, ended), f"again-{lost.pk}")

    client.post(again)

    assert PipelineTransition.objects.get().verb == "refresh"


def test_where_the_run_has_failed_trying_again_goes_on_with_it(client, ended, lost):
    rows().filter(pk=ended.pk).update(
        onboarding_pipeline_status="failed",
        onboarding_pipeline_error="GitHub said no.",
        pipeline_failed_step="syncing",
    )

    again = form(status(client, ended), f"again-{lost.pk}")

    assert again == reverse("onboarding:move", args=[ended.slug, "retry"])


def test_one_with_gaps_can_be_tried_again_and_is_not_to_be_removed(client, ended, lost):
    ended.repositories.filter(pk=lost.pk).update(sync_status="partial", sync_error="3 are missing.")

    shown = status(client, ended)

    assert form(shown, f"again-{lost.pk}")
    assert not form(shown, f"drop-{lost.pk}")


def test_one_that_cannot_be_read_is_removed_and_all_the_others_are_complete(client, ended, lost):
    assert form(status(client, ended), f"drop-{lost.pk}")

    shown = drop(client, ended, lost)

    said = f"{lost.name_with_owner} is not read and not counted any more."
    assert f"{said} What was read of it is kept." in shown
    assert "7 of 7 repositories read without a gap." in shown
    lost.refresh_from_db()
    assert not lost.is_selected
    # As in the settings: its numbers leave the dashboard, and it is written down who did it.
    assert CountingChange.objects.get(team=ended).sentence == said


def test_removing_it_twice_is_no_failure(client, ended, lost):
    drop(client, ended, lost)

    assert "7 of 7 repositories" in drop(client, ended, lost)


def test_the_last_one_is_not_removed(client, ended, lost):
    ended.repositories.exclude(pk=lost.pk).delete()
    assert not form(status(client, ended), f"drop-{lost.pk}")

    assert "is the only repository that is read" in drop(client, ended, lost)
    lost.refresh_from_db()
    assert lost.is_selected


def test_a_lost_connection_offers_a_new_one_and_no_vain_try(client, ended, lost):
    ended.repositories.filter(pk=lost.pk).update(sync_error=RECONNECT)
    Connection.objects.create(
        team=ended, account_login="northwind-labs", closed_because="GitHub took it. " + RECONNECT
    )

    shown = status(client, ended)

    assert f'id="reconnect-{lost.pk}">Reconnect GitHub</a>' in shown
    assert not form(shown, f"again-{lost.pk}")


def test_while_an_import_runs_there_is_nothing_to_press(client, ended, lost):
    rows().filter(pk=ended.pk).update(onboarding_pipeline_status="background_syncing")

    shown = status(client, ended)

    assert not form(shown, f"again-{lost.pk}")
    assert not form(shown, f"drop-{lost.pk}")


def test_who_is_no_admin_reads_why_and_gets_no_button(client, ended, lost):
    ended.memberships.update(role="member")

    shown = status(client, ended)

    assert LOST.split(".", maxsplit=1)[0] in shown
    assert not form(shown, f"again-{lost.pk}")
    assert not form(shown, f"drop-{lost.pk}")
    answer = client.post(reverse("onboarding:drop", args=[ended.slug, lost.pk]))
    assert answer.status_code == 403


def test_a_repository_of_another_team_is_none(client, ended):
    foreign = TrackedRepositoryFactory(team=TeamFactory(slug="foreign"))

    for slug in (ended.slug, "foreign"):
        answer = client.post(reverse("onboarding:drop", args=[slug, foreign.pk]))
        assert answer.status_code == 404
    assert TrackedRepository.objects.get(pk=foreign.pk).is_selected
