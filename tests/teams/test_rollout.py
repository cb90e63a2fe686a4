"""What staff see of a flag before they change it: whom it reaches now, and which runs it cannot."""

import pytest
from django.urls import reverse

from apps.pipeline.machine import Status
from apps.teams.models import TWO_PHASE_FLAG, Flag, Team
from apps.teams.rollout import reach_of
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams():
    return TeamFactory.create_batch(40)


def flag(**columns):
    return Flag.objects.create(name=TWO_PHASE_FLAG, **columns)


def by_asking_each(rollout):
    return sum(rollout.is_active_for_team(team) for team in Team.objects.all())


@pytest.mark.parametrize("percent", [None, "0.1", "25.0", "50.0", "99.9"])
def test_the_number_is_what_each_team_would_be_told(teams, percent):
    rollout = flag(percent=percent)
    rollout.teams.add(*teams[:3])

    reach = reach_of(rollout)

    assert reach.on == reach.named + reach.by_share == by_asking_each(rollout)
    assert (reach.total, reach.named) == (40, 3)


@pytest.mark.parametrize(("everyone", "on"), [(True, 40), (False, 0)])
def test_everyone_decides_before_the_rest(teams, everyone, on):
    rollout = flag(everyone=everyone, percent=50)
    rollout.teams.add(teams[0])

    assert reach_of(rollout).on == by_asking_each(rollout) == on
    assert f"on for {on} of 40 teams: “everyone” says" in str(reach_of(rollout))


def test_a_team_that_is_being_deleted_counts_nowhere(teams):
    rollout = flag()
    rollout.teams.add(TeamFactory(onboarding_pipeline_status=Status.DELETING), teams[0])

    assert str(reach_of(rollout)) == "on for 1 of 40 teams: 1 by name, 0 by the percentage"


def test_it_takes_two_statements(teams, django_assert_num_queries):
    rollout = flag(percent=50)

    with django_assert_num_queries(2):
        reach_of(rollout)


def test_staff_read_it_in_the_list_and_on_the_page(admin_client, teams):
    rollout = flag(percent="30.0")
    TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_two_phase=False)
    said = str(reach_of(rollout))

    listed = admin_client.get(reverse("admin:teams_flag_changelist")).text
    page = admin_client.get(reverse("admin:teams_flag_change", args=[rollout.pk])).text

    assert said.startswith(f"on for {by_asking_each(rollout)} of 42 teams")
    assert said in listed
    assert said in page
    assert "1 of two phases, 1 of one." in page


def test_what_waffle_decides_by_person_is_no_field(admin_client):
    page = admin_client.get(reverse("admin:teams_flag_add")).text

    assert 'name="percent"' in page
    for name in ("superusers", "staff", "authenticated", "languages", "rollout", "testing"):
        assert f'name="{name}"' not in page


def test_a_flag_is_changed_on_its_page(admin_client, teams):
    rollout = flag()
    address = reverse("admin:teams_flag_change", args=[rollout.pk])
    form = {"name": rollout.name, "everyone": "unknown", "percent": "10.0", "note": ""}

    answer = admin_client.post(address, form | {"teams": f"{teams[0].pk},{teams[1].pk}"})

    assert answer.status_code == 302
    rollout.refresh_from_db()
    assert (rollout.teams.count(), str(rollout.percent), rollout.everyone) == (2, "10.0", None)
