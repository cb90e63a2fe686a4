"""The overview says which repositories and days its numbers rest on, and which are missing."""

import re

import pytest
from django.utils import timezone

from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.dashboard.overview import page
from tests.factories import TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


def test_a_repository_with_gaps_says_so(client, team, merged):
    merged(1)
    team.repositories.update(sync_status="partial", sync_error="3 could not be fetched.")

    assert "3 could not be fetched." in page(client, team).text


def choose_another(team, name="owner/new"):
    team.repositories.update(is_selected=False)
    return TrackedRepositoryFactory(team=team, name_with_owner=name)


def test_after_another_choice_the_whole_page_rests_on_what_was_counted_and_says_so(
    client, team, merged
):
    merged(30)
    (counted,) = team.repositories.all()
    assert 'id="another-choice"' not in page(client, team).text

    choose_another(team)

    answer = page(client, team)
    overview = answer.context["overview"]
    assert overview.cards[0].figure.n == 30
    assert [source.repository for source in overview.sources] == [counted]
    assert (
        f"All numbers here rest on {counted.name_with_owner}. Chosen since then: owner/new. "
        "The numbers follow once that is read."
    ) in answer.text


def test_many_repositories_of_another_choice_are_not_all_named(client, team, merged):
    merged(1)
    for number in range(8):
        TrackedRepositoryFactory(team=team, name_with_owner=f"owner/more-{number}")

    assert "owner/more-4 and 4 others. The numbers follow" in page(client, team).text


def test_what_can_be_read_only_up_to_a_moment_is_counted_and_named(client, team, merged):
    merged(3)
    team.repositories.update(sync_status="failed", sync_error="It is gone.")
    TrackedRepositoryFactory(team=team, sync_status="completed", last_synced_at=timezone.now())
    measure(claim(team, Status.BACKGROUND_METRICS), since=timezone.now(), now=timezone.now())

    shown = page(client, team).text

    assert "2 repositories, one of them only up to 1 Jun, 12:00" in shown
    assert re.search(r"3 pull requests · only up to 1 Jun, 12:00", shown)


def test_a_complete_team_does_not_call_older_days_unknown_yet(client, team, merged):
    merged(1)
    assert "nothing is known yet" in page(client, team).text

    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")

    shown = page(client, team).text
    assert "nothing is read." in shown
    assert "known yet" not in shown


def test_numbers_of_another_version_say_that_they_are_being_counted_anew(client, team, merged):
    """After an update a page may lack what the version before did not keep."""
    merged(1)
    assert "being counted anew" not in page(client, team).text

    team.measurement.definitions = 0
    team.measurement.save()

    assert "All numbers here are being counted anew" in page(client, team).text
