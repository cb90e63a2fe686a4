"""The table is the only list: every other list of statuses is derived from it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import (
    ACTIVE,
    FIRST,
    OPENS_DASHBOARD,
    STATUS_OF_TASK,
    STEPS,
    Status,
    journey,
    refresh_journey,
)
from apps.pipeline.models import PipelineModel
from apps.pipeline.standing import standing_of
from apps.teams.models import Team
from tests.factories import TeamFactory

AT_REST = {Status.NOT_STARTED, Status.COMPLETE, Status.FAILED, Status.DELETING}


def test_every_status_is_a_step_or_a_place_of_rest():
    assert set(Status) == set(STEPS) | AT_REST


def test_the_table_is_one_line_from_the_first_step_to_complete():
    assert journey(two_phase=True) == (*STEPS, Status.COMPLETE)


def test_without_phase_two_the_line_ends_after_the_insights():
    assert journey(two_phase=False) == (
        Status.SYNCING_MEMBERS,
        Status.SYNCING,
        Status.LLM_PROCESSING,
        Status.COMPUTING_METRICS,
        Status.COMPUTING_INSIGHTS,
        Status.COMPLETE,
    )


def test_a_refresh_travels_through_all_of_the_background_and_nothing_else():
    in_background = [status for status, step in STEPS.items() if step.phase == 2]

    assert refresh_journey() == (*in_background, Status.COMPLETE)


def test_phases_never_go_back():
    phases = [step.phase for step in STEPS.values()]

    assert phases == sorted(phases)


def test_every_step_has_a_task_of_its_own():
    assert len(STATUS_OF_TASK) == len(STEPS)


def test_each_journey_opens_the_dashboard_once():
    for two_phase in (True, False):
        opening = [s for s in journey(two_phase=two_phase) if s in OPENS_DASHBOARD]

        assert opening[0] == (Status.PHASE1_COMPLETE if two_phase else Status.COMPLETE)


def test_every_active_status_can_advance_fail_and_be_recovered():
    field = Team._meta.get_field(STATUS)
    for verb in ("advance", "fail", "cancel", "postpone", "send_again"):
        sources = getattr(PipelineModel, verb)._django_fsm.transitions

        assert set(sources) == set(ACTIVE), verb
    assert {value for value, _ in field.choices} == set(Status.values)


def test_every_status_has_a_standing(db):
    team = TeamFactory()
    for status in Status:
        team = Team(onboarding_pipeline_status=status)

        assert standing_of(team).label == status.label


def test_only_the_end_is_a_hundred_percent():
    percents = {s: standing_of(Team(onboarding_pipeline_status=s)).percent for s in Status}

    assert [s for s, percent in percents.items() if percent == 100] == [Status.COMPLETE]
    ordered = [percents[s] for s in journey(two_phase=True)]
    assert ordered == sorted(ordered)


def test_a_refresh_begins_at_nothing_and_only_its_end_is_a_hundred_percent():
    known = {"onboarding_pipeline_completed_at": datetime(2026, 6, 1, tzinfo=UTC)}
    percents = [
        standing_of(Team(onboarding_pipeline_status=status, **known)).percent
        for status in refresh_journey()
    ]

    assert percents == [0, 25, 50, 75, 100]


def test_the_database_refuses_a_status_that_is_not_in_the_table(db):
    team = TeamFactory()

    with pytest.raises(IntegrityError):
        Team._base_manager.filter(pk=team.pk).update(onboarding_pipeline_status="lost")


def test_the_first_step_starts_the_journey():
    assert journey(two_phase=True)[0] == FIRST
