"""R-60: insights that fail keep no dashboard closed, and are tried again."""

import pytest
from django.urls import reverse

from apps.insights.tasks import compute_all, compute_recent, recompute
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import MembershipFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TrackedRepositoryFactory().team


@pytest.fixture
def sent(monkeypatch):
    sent = []
    monkeypatch.setattr("apps.insights.later.hint", lambda task, **told: sent.append((task, told)))
    return sent


@pytest.fixture
def broken(monkeypatch):
    def fails(*_, **__):
        return 1 / 0

    monkeypatch.setattr("apps.insights.tasks.find", fails)


def run(task, team, status, **columns):
    ticket = claim(team, status).ticket + 1
    rows().filter(pk=team.pk).update(pipeline_ticket=ticket, **columns)
    task(team_id=team.pk, ticket=ticket)
    return Team.objects.get(pk=team.pk)


def test_the_dashboard_opens_without_insights_that_fail(team, sent, broken, caplog):
    after = run(compute_recent, team, Status.COMPUTING_INSIGHTS)

    assert after.onboarding_pipeline_status == Status.PHASE1_COMPLETE
    assert after.phase1_completed_at is not None
    assert "ZeroDivisionError" in caplog.text


def test_they_are_tried_again_at_once_and_by_phase_2(team, sent, broken):
    run(compute_recent, team, Status.COMPUTING_INSIGHTS)

    assert sent == [(recompute, {"kwargs": {"team_id": team.pk}})]
    assert STEPS[Status.BACKGROUND_INSIGHTS].task == compute_all.name


def test_in_phase_2_a_failure_is_tried_again_behind_the_open_dashboard(team, broken):
    opened = "2026-06-01T12:00:00Z"

    after = run(compute_all, team, Status.BACKGROUND_INSIGHTS, phase1_completed_at=opened)

    assert after.onboarding_pipeline_status == Status.BACKGROUND_INSIGHTS
    assert after.pipeline_not_before is not None
    assert after.phase1_completed_at is not None


def test_whoever_overtakes_it_still_ends_it(team, sent, monkeypatch):
    def overtaken(ours, **_):
        rows().filter(pk=team.pk).update(pipeline_ticket=ours.ticket + 1)
        with ours.batch():
            pass

    monkeypatch.setattr("apps.insights.tasks.find", overtaken)

    after = run(compute_recent, team, Status.COMPUTING_INSIGHTS)

    assert after.onboarding_pipeline_status == Status.COMPUTING_INSIGHTS
    assert sent == []


def test_the_dashboard_does_not_call_nothing_found_what_nobody_has_looked_for(
    client, team, sent, broken, django_user_model
):
    person = django_user_model.objects.create_user("mira")
    MembershipFactory(team=team, user=person)
    run(compute_recent, team, Status.COMPUTING_INSIGHTS)
    client.force_login(person)

    shown = client.get(reverse("dashboard:overview", args=[team.slug])).text

    assert "Not looked for yet." in shown
    assert "Nothing crosses a threshold" not in shown
