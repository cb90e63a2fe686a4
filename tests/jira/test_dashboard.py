"""Issues done each week, and the share of merged pull requests that belong to one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from apps.dashboard.filters import filters_of
from apps.dashboard.issues import issues_of
from apps.jira.models import IssueLink, JiraConnection, JiraIssue, JiraProject
from apps.metrics.selection.reading import read
from tests.factories import MembershipFactory, PullRequestFlowFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def team(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    membership = MembershipFactory(
        team__slug="lantern",
        team__onboarding_pipeline_status="complete",
        team__phase1_completed_at=NOW - timedelta(days=1),
        team__onboarding_pipeline_completed_at=NOW - timedelta(days=1),
        team__onboarding_pipeline_started_at=NOW - timedelta(days=2),
    )
    client.force_login(membership.user)
    return membership.team


@pytest.fixture
def project(team):
    JiraConnection.objects.create(
        team=team, cloud_id="1", site_name="lantern", synced_at=NOW - timedelta(hours=1)
    )
    return JiraProject.objects.create(
        team=team, jira_id="10001", key="HARB", name="Harbor", read_from=NOW - timedelta(days=90)
    )


def issue(project, number, *, days, level=0):
    done = NOW - timedelta(days=days)
    return JiraIssue.objects.create(
        team=project.team,
        project=project,
        jira_id=str(number),
        key=f"HARB-{number}",
        kind="Task",
        level=level,
        status="Done",
        category="done",
        created_at=done - timedelta(days=3),
        updated_at=done,
        done_at=done,
        seen_at=NOW,
    )


def merged(team, number, *, days=3, issue=None, key=""):
    repository = TrackedRepositoryFactory(team=team)
    flow = PullRequestFlowFactory(
        repository=repository, number=number, merged_at=NOW - timedelta(days=days)
    )
    if issue or key:
        IssueLink.objects.create(
            team=team, pull_request=flow.pull_request, issue=issue, key=key or issue.key
        )
    return flow


def found(team):
    filters = filters_of(team, QueryDict(), now=NOW)
    return issues_of(team, read(team, filters.chosen, now=NOW, with_reviewers=False))


def test_issues_are_counted_by_when_they_were_done(team, project):
    for number, days in enumerate((1, 2, 9, 16, 40)):
        issue(project, number, days=days)
    issue(project, 90, days=1, level=-1)
    issue(project, 91, days=1, level=1)

    shown = found(team)

    assert shown.done.value == 4  # of the last 30 days
    cells = [line.cells[0].value for line in shown.chart.table.lines]
    assert sum(cells) == 4
    assert shown.done.basis is not None


def test_the_share_is_of_those_that_name_an_issue_that_is_there(team, project):
    one = issue(project, 1, days=1)
    for number in range(24):
        merged(team, number, issue=one if number < 6 else None)
    merged(team, 50, key="HARB-7777")  # which Jira does not know

    shown = found(team)

    assert (shown.linked.k, shown.linked.n) == (6, 25)
    assert shown.linked.low is not None


def test_without_jira_the_dashboard_says_nothing_of_it(client, team):
    page = client.get(reverse("dashboard:overview", args=[team.slug])).text
    assert "Issues in Jira" not in page
    alone = client.get(reverse("dashboard:issues", args=[team.slug])).text
    assert "Connect Jira" in alone


def test_the_page_shows_both_and_says_what_they_rest_on(client, team, project):
    one = issue(project, 1, days=1)
    for number in range(22):
        merged(team, number, issue=one)

    assert "Issues in Jira" in client.get(reverse("dashboard:overview", args=[team.slug])).text
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(reverse("dashboard:issues", args=[team.slug]), headers=headers).text
        assert "100" in page
        assert "moved to a status of the category" in page
        assert "95" in page


def test_before_all_is_read_there_is_no_number(client, team, project):
    JiraProject.objects.create(team=team, jira_id="2", key="LAN", name="Lantern")

    page = client.get(reverse("dashboard:issues", args=[team.slug])).text

    assert "still being read" in page


def test_days_since_jira_was_read_are_not_told_as_days_on_which_nothing_was_done(team, project):
    """A connection that is refused stays so for weeks; what is missing is no zero."""
    one = issue(project, 1, days=20)
    JiraConnection.objects.update(synced_at=NOW - timedelta(days=12))
    for number in range(24):
        merged(team, number, days=20, issue=one)
    for number in range(24, 48):
        merged(team, number, days=3)

    shown = found(team)

    assert (shown.linked.k, shown.linked.n, shown.linked.undecided) == (24, 48, 24)
    assert shown.linked.note == "24 merged since Jira was read"
    assert shown.done.note == "read until 18 Jun"
    newest, before, in_which_it_was_read, *_ = shown.chart.table.lines
    assert (newest.cells[0].value, newest.note) == (None, "not read")
    assert (before.cells[0].value, before.note) == (None, "not read")
    assert (in_which_it_was_read.cells[0].value, in_which_it_was_read.note) == (
        0,
        "read until 18 Jun",
    )
    assert newest.cells[1].undecided == newest.cells[1].n


def test_links_that_are_still_to_be_found_are_no_zero(client, team, project):
    JiraConnection.objects.update(synced_at=None)
    merged(team, 1)

    assert "still being read" in client.get(reverse("dashboard:issues", args=[team.slug])).text


def test_another_teams_issues_count_for_nobody_else(team, project):
    other = MembershipFactory().team
    foreign = JiraProject.objects.create(team=other, jira_id="10001", key="HARB", name="H")
    issue(foreign, 1, days=1)

    assert found(team).done.value == 0


def test_a_constant_number_of_statements(team, project, django_assert_max_num_queries):
    one = issue(project, 1, days=1)
    for number in range(8):
        merged(team, number, issue=one)
        issue(project, 10 + number, days=number)
    filters = filters_of(team, QueryDict(), now=timezone.now())
    selection = read(team, filters.chosen, now=timezone.now(), with_reviewers=False)

    with django_assert_max_num_queries(6):
        issues_of(team, selection)
