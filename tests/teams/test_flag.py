"""two_phase_onboarding: per team, by percentage, and decided once per run."""

import pytest

from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.teams.models import TWO_PHASE_FLAG, Flag, Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def flag(**columns: object) -> Flag:
    return Flag.objects.create(name=TWO_PHASE_FLAG, **columns)


def test_without_the_flag_every_run_has_two_phases():
    assert TeamFactory().wants_two_phases()


@pytest.mark.parametrize("everyone", [True, False])
def test_everyone_decides_first(everyone):
    team = TeamFactory()
    flag(everyone=everyone, percent=50).teams.add(team)

    assert team.wants_two_phases() is everyone


def test_a_team_can_be_named():
    named, other = TeamFactory(), TeamFactory()
    flag().teams.add(named)

    assert named.wants_two_phases()
    assert not other.wants_two_phases()


def test_a_higher_percentage_only_adds_teams():
    teams = [Team(pk=pk) for pk in range(1, 401)]
    on = {}
    for percent in ("10.0", "50.0", "99.9"):
        rollout = Flag(name=TWO_PHASE_FLAG, percent=percent, pk=1)
        on[percent] = {team.pk for team in teams if rollout.is_active_for_team(team)}

    assert on["10.0"] < on["50.0"] < on["99.9"]
    assert 20 <= len(on["10.0"]) <= 60
    assert 160 <= len(on["50.0"]) <= 240


def test_a_change_of_the_flag_bends_no_run_under_way():
    team = TeamFactory()
    rollout = flag(everyone=False)
    move(team.pk, "start", actor="maria")

    rollout.everyone = True
    rollout.save()

    for _ in range(5):
        move(team.pk, "advance", actor="worker")
    stored = Team.objects.get(pk=team.pk)
    assert not stored.pipeline_two_phase
    assert stored.onboarding_pipeline_status == Status.COMPLETE
    assert stored.phase1_completed_at is not None
