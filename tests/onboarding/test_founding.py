"""Step 1: a name and a time zone make a team, once."""

import pytest
from django.urls import reverse

from apps.teams.models import Membership, Team
from tests.factories import MembershipFactory, TeamFactory

pytestmark = pytest.mark.django_db


def url(step, team):
    return reverse(f"onboarding:{step}", args=[team.slug])


def test_the_founder_of_a_team_is_its_admin(client, person):
    answer = client.post(
        reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": "Europe/Berlin"}
    )

    membership = Membership.objects.get(user=person)
    assert membership.role == Membership.Role.ADMIN
    assert (membership.team.slug, membership.team.time_zone) == ("blue-team", "Europe/Berlin")
    assert answer.headers["Location"] == url("connect", membership.team)


def test_two_teams_of_one_name_get_two_addresses(client, person):
    TeamFactory(slug="blue-team")

    client.post(reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": "UTC"})

    assert person.teams.get().slug.startswith("blue-team-")


def test_step_1_done_twice_founds_one_team(client, person):
    answers = [
        client.post(reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": zone})
        for zone in ("UTC", "Europe/Berlin")
    ]

    team = person.teams.get()
    assert {answer.headers["Location"] for answer in answers} == {url("connect", team)}
    assert team.time_zone == "Europe/Berlin"


@pytest.mark.parametrize("role", ["member", "admin"])
def test_a_team_that_runs_or_that_others_run_is_not_taken_up(client, person, role):
    has_started = role == "admin"
    MembershipFactory(
        user=person,
        role=role,
        team__name="Blue Team",
        team__onboarding_pipeline_status="syncing" if has_started else "not_started",
    )

    client.post(reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": "UTC"})

    assert person.teams.count() == 2


def test_a_time_zone_may_be_written_in_any_case(client, person):
    client.post(
        reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": "europe/BERLIN"}
    )

    assert person.teams.get().time_zone == "Europe/Berlin"


def test_the_browsers_time_zone_stands_in_for_none_and_not_for_what_was_entered(client, person):
    page = reverse("onboarding:create_team")
    fresh, entered = client.get(page), client.post(page, {"name": "", "time_zone": "UTC"})

    assert '<option value="Europe/Berlin">' in fresh.text
    assert "data-preset-zone" in fresh.text
    assert "data-preset-zone" not in entered.text


def test_a_time_zone_that_is_none_is_refused(client, person):
    answer = client.post(
        reverse("onboarding:create_team"), {"name": "Blue Team", "time_zone": "Berlin"}
    )

    assert "Berlin is not a time zone" in answer.text
    assert not Team.objects.exists()


def test_a_form_cannot_say_more_than_it_asks(client, person):
    client.post(
        reverse("onboarding:create_team"),
        {
            "name": "Blue Team",
            "time_zone": "UTC",
            "onboarding_pipeline_status": "complete",
            "role": "member",
            "is_staff": "1",
            "slug": "mine",
        },
    )

    person.refresh_from_db()
    team = person.teams.get()
    assert (team.slug, team.onboarding_pipeline_status) == ("blue-team", "not_started")
    assert not person.is_staff
