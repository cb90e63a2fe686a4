"""Five steps, two of which a team need not take, and none of which an address can skip (S-023)."""

import re

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import settle
from apps.onboarding.steps import NAMES, steps_of
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

JIRA, SLACK = StepChoice.Step
LATER_STEPS = ["repositories", "jira", "slack", "status"]


def url(name, team, *more):
    return reverse(f"onboarding:{name}", args=[team.slug, *more])


def skip(client, team, step):
    return client.post(url("skip", team, step))


@pytest.fixture
def opened(team):
    """Its dashboard is open, while older pull requests are still read."""
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="background_syncing", phase1_completed_at="2026-06-01T12:00:00Z"
    )
    team.refresh_from_db()
    return team


# --- The list -----------------------------------------------------------------------------------


def test_the_steps_are_numbered_and_the_present_one_is_marked(client, team):
    shown = client.get(url("jira", team)).text

    listed = re.search(r'<nav[^>]*id="steps".*?</nav>', shown, re.DOTALL).group()
    assert re.findall(r'aria-current="step"', listed) == ['aria-current="step"']
    assert re.search(r'aria-current="step">.*?>3</span>.*?Jira', listed, re.DOTALL)
    assert listed.count("(optional)") == 2


@pytest.mark.parametrize(("here", "name"), list(enumerate(NAMES, start=1)))
def test_every_step_stands_at_its_number(team, here, name):
    step = steps_of(team, here)[here - 1]

    assert step.is_here
    assert step.number == here
    assert step.name == NAMES[name]


def test_what_is_behind_a_team_says_how(team):
    settle(team, JIRA, StepChoice.Choice.SKIPPED)
    settle(team, SLACK, StepChoice.Choice.DONE)

    states = [step.state for step in steps_of(team, 5)]

    assert states == ["done", "done", "skipped", "done", "ahead"]


def test_before_a_team_there_are_only_names(client, person):
    shown = client.get(reverse("onboarding:create_team")).text

    assert 'id="steps"' in shown
    assert "aria-current=" not in shown


def test_once_the_dashboard_is_open_only_the_steps_beside_it_have_the_list(client, opened):
    assert 'id="steps"' in client.get(url("slack", opened)).text
    assert 'id="steps"' not in client.get(url("status", opened)).text
    assert "The import goes on either way" in client.get(url("slack", opened)).text


def test_an_import_that_is_over_before_the_person_is_leaves_the_steps_to_go(client, opened):
    rows().filter(pk=opened.pk).update(
        onboarding_pipeline_status="complete",
        onboarding_pipeline_completed_at="2026-06-01T12:09:00Z",
    )

    shown = client.get(url("jira", opened)).text
    assert 'id="steps"' in shown
    assert "The import goes on either way" not in shown
    skip(client, opened, "jira")
    assert 'id="steps"' in client.get(url("slack", opened)).text
    skip(client, opened, "slack")
    assert 'id="steps"' not in client.get(url("slack", opened)).text


# --- Skipping -----------------------------------------------------------------------------------


def test_skipping_leads_on_and_is_known_on_every_device(client, team, person):
    assert skip(client, team, "jira").headers["Location"] == url("slack", team)

    client.logout()
    client.force_login(person)

    assert client.get("/").headers["Location"] == url("slack", team)
    assert skip(client, team, "slack").headers["Location"] == url("status", team)
    assert client.get("/").headers["Location"] == url("status", team)


def test_skipping_never_touches_the_import(client, team):
    before = rows().filter(pk=team.pk).values().get()

    skip(client, team, "jira")
    skip(client, team, "slack")

    assert rows().filter(pk=team.pk).values().get() == before
    assert not PipelineTransition.objects.exists()


def test_a_skipped_step_can_be_taken_later(client, team):
    skip(client, team, "jira")

    assert client.get(url("jira", team)).status_code == 200
    settle(team, JIRA, StepChoice.Choice.DONE)
    assert StepChoice.objects.get(team=team).choice == "done"


def test_skip_in_an_old_tab_takes_no_connection_away(client, team):
    settle(team, JIRA, StepChoice.Choice.DONE)

    skip(client, team, "jira")

    assert StepChoice.objects.get(team=team).choice == "done"


def test_skipping_twice_is_one_choice(client, team):
    skip(client, team, "jira")

    assert skip(client, team, "jira").headers["Location"] == url("slack", team)
    assert StepChoice.objects.filter(team=team).count() == 1


def test_whoever_skips_after_the_dashboard_has_opened_still_sees_the_next_step(client, opened):
    assert skip(client, opened, "jira").headers["Location"] == url("slack", opened)
    assert client.get("/").headers["Location"] == reverse("dashboard:overview", args=[opened.slug])


def test_only_optional_steps_can_be_skipped(client, team):
    assert skip(client, team, "repositories").status_code == 404
    assert not StepChoice.objects.exists()


# --- Who, and when ------------------------------------------------------------------------------


@pytest.mark.parametrize("step", LATER_STEPS)
def test_without_a_connection_every_later_step_leads_back_to_github(client, fresh, step):
    assert client.get(url(step, fresh)).headers["Location"] == url("connect", fresh)


@pytest.mark.parametrize("step", ["jira", "slack", "status"])
def test_without_repositories_nothing_can_be_finished(client, fresh, step):
    Connection.objects.create(team=fresh, token="ghp_x", viewer_login="mira", account_login="mira")

    assert client.get(url(step, fresh)).headers["Location"] == url("repositories", fresh)


def test_starting_without_a_connection_starts_nothing(client, fresh):
    answer = client.post(url("repositories", fresh), {"account": "x", "names": ["x/y"]})

    assert answer.headers["Location"] == url("connect", fresh)
    assert not PipelineTransition.objects.exists()


def test_skipping_ahead_of_its_turn_does_nothing(client, fresh):
    assert skip(client, fresh, "slack").headers["Location"] == url("connect", fresh)
    assert not StepChoice.objects.exists()


def test_who_is_no_admin_watches_instead_of_taking_steps(client, team):
    colleague = UserFactory()
    MembershipFactory(team=team, user=colleague, role="member")
    client.force_login(colleague)

    assert client.get("/").headers["Location"] == url("status", team)
    assert client.get(url("jira", team)).status_code == 403
    assert skip(client, team, "jira").status_code == 403
    assert not StepChoice.objects.exists()


@pytest.mark.parametrize("step", ["jira", "slack"])
def test_a_foreign_team_looks_like_none(client, person, step):
    foreign = TeamFactory(slug="foreign")

    assert client.get(url(step, foreign)).status_code == 404
    assert skip(client, foreign, step).status_code == 404
