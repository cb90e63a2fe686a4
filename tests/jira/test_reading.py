"""What is read of Jira: page by page, what has changed, what is gone; and the links of it all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from apps.jira.links import named_by_pull_requests, store_links
from apps.jira.models import IssueLink, JiraConnection, JiraIssue, JiraProject
from apps.jira.passes import FULL_EVERY
from apps.jira.read import read_team
from apps.sandbox.jira.site import SandboxIssue
from tests.factories import CommitFactory, PullRequestFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(jira):
    return jira.jira_site


def rows():
    return {issue.key: issue for issue in JiraIssue.objects.all()}


def in_history(site, *keys):
    since = datetime.now(UTC) - timedelta(days=89)
    return {i.key for i in site.issues if i.project_key in keys and i.updated > since}


def make(site, key, *, days=1, category="done", kind="Task", number=None):
    now = datetime.now(UTC)
    moment = now - timedelta(days=days)
    return site.put(
        SandboxIssue(
            number or 9_000_000 + int(key.rpartition("-")[2]),
            key,
            kind,
            category,
            created=moment - timedelta(days=2),
            updated=moment,
            resolved=moment if category == "done" else None,
        )
    )


# --- Issues ---------------------------------------------------------------------------------------


def test_all_issues_of_the_history_are_read_in_pages(chosen, site, settings):
    settings.JIRA_PAGE_SIZE = 7

    assert read_team(chosen.team_id)

    assert in_history(site, "HARB", "LAN") <= set(rows())
    told = site.issue(next(iter(sorted(in_history(site, "HARB")))))
    row = rows()[told.key]
    assert (row.jira_id, row.kind, row.category) == (str(told.id), told.kind, told.category)
    assert row.updated_at == told.updated.replace(microsecond=0)
    chosen.refresh_from_db()
    assert chosen.synced_at is not None
    assert (chosen.sync_claim, chosen.due_at, chosen.attention) == ("", None, "")


def test_the_old_search_is_never_asked(chosen, jira):
    read_team(chosen.team_id)

    assert jira.jira.counts["search/jql"] >= 2
    assert "search" not in jira.jira.counts


def test_the_next_time_only_what_has_changed_is_asked_for(chosen, site, jira, settings):
    settings.JIRA_PAGE_SIZE = 5
    read_team(chosen.team_id)
    jira.jira.change({"clear": True})
    make(site, "HARB-9001", days=0, category="new")

    read_team(chosen.team_id)

    assert rows()["HARB-9001"].category == "new"
    assert jira.jira.counts["search/jql"] <= 4  # of two projects; the first time it was dozens


def test_nothing_is_read_twice_at_once(chosen):
    JiraConnection.objects.update(sync_claim="another", sync_heartbeat=datetime.now(UTC))
    assert not read_team(chosen.team_id)

    JiraConnection.objects.update(sync_heartbeat=datetime.now(UTC) - timedelta(minutes=10))
    assert read_team(chosen.team_id)  # that one has died


def test_an_interrupted_pass_goes_on_where_it_stopped(chosen, site, jira, settings):
    settings.JIRA_PAGE_SIZE = 3
    jira.jira.change({"next": ["", "", "", "500"]})

    read_team(chosen.team_id)

    assert len(rows()) == 9  # three pages were stored, each by itself
    project = JiraProject.objects.exclude(pass_reached=None).get()
    stored = max(issue.updated_at for issue in rows().values())
    assert project.pass_reached == stored
    chosen.refresh_from_db()
    assert chosen.failures == 1
    assert chosen.due_at > datetime.now(UTC)
    assert chosen.attention == ""

    jira.jira.change({"clear": True})
    read_team(chosen.team_id)
    assert in_history(site, "HARB", "LAN") <= set(rows())
    chosen.refresh_from_db()
    assert chosen.failures == 0


def test_an_issue_that_was_done_and_opened_again_is_done_no_more(chosen, site):
    told = make(site, "HARB-9001", days=1)
    read_team(chosen.team_id)
    assert rows()["HARB-9001"].done_at == told.resolved.replace(microsecond=0)

    site.put(replace(told, category="indeterminate", resolved=None, updated=datetime.now(UTC)))
    read_team(chosen.team_id)

    assert rows()["HARB-9001"].done_at is None


def test_an_issue_without_a_resolution_is_done_since_its_status_says_so(chosen, site):
    """Team-managed projects set no resolution."""
    told = make(site, "HARB-9001", days=1)
    site.put(replace(told, resolved=None))
    read_team(chosen.team_id)

    assert rows()["HARB-9001"].done_at == told.updated.replace(microsecond=0)


def test_what_was_deleted_is_found_by_the_weekly_look_at_everything(chosen, site):
    told = make(site, "HARB-9001", days=1)
    read_team(chosen.team_id)
    site.delete(told.key)
    read_team(chosen.team_id)
    assert "HARB-9001" in rows()

    JiraProject.objects.update(full_pass_at=datetime.now(UTC) - FULL_EVERY - timedelta(hours=1))
    read_team(chosen.team_id)

    assert "HARB-9001" not in rows()


def test_a_renamed_project_keeps_what_old_pull_requests_name(chosen, site):
    read_team(chosen.team_id)
    before = len(rows())
    site.rename_project("HARB", "BERTH")
    told = site.issue(next(key for key in rows() if key.startswith("HARB-")))
    assert told.key.startswith("BERTH-")
    site.put(replace(told, updated=datetime.now(UTC)))

    read_team(chosen.team_id)

    project = JiraProject.objects.get(jira_id=str(site.projects["BERTH"].id))
    assert project.key == "BERTH"
    assert project.former_keys == ["HARB"]
    assert len(rows()) == before


def test_a_token_of_a_page_that_comes_twice_ends_the_pass(chosen, jira, settings):
    settings.JIRA_PAGE_SIZE = 5
    jira.jira.change({"faults": {"same token": 1.0}})

    read_team(chosen.team_id)

    chosen.refresh_from_db()
    assert chosen.synced_at is not None


# --- Links ----------------------------------------------------------------------------------------


def pull(team, **words):
    repository = TrackedRepositoryFactory(team=team)
    return PullRequestFactory(repository=repository, **words)


def linked(pull_request):
    return {(link.key, link.issue and link.issue.key) for link in pull_request.issue_links.all()}


def test_pull_requests_are_linked_by_title_branch_and_commits(chosen, site):
    make(site, "HARB-9001")
    make(site, "LAN-9002")
    one = pull(chosen.team, title="HARB-9001: Fix", head_ref="lan-9002-fix")
    two = pull(chosen.team, title="Use UTF-8 and SHA-256 (OPS-1)", head_ref="fix")
    CommitFactory(pull_request=two, message="Fix\n\nRefs HARB-9001")

    read_team(chosen.team_id)

    assert linked(one) == {("HARB-9001", "HARB-9001"), ("LAN-9002", "LAN-9002")}
    assert linked(two) == {("HARB-9001", "HARB-9001")}  # OPS is no project of the team


def test_an_older_issue_that_is_named_is_looked_up_and_one_that_is_none_is_not_asked_again(
    chosen, site, jira
):
    make(site, "HARB-9001", days=400)
    one = pull(chosen.team, title="HARB-9001 HARB-7777")

    read_team(chosen.team_id)

    assert linked(one) == {("HARB-9001", "HARB-9001"), ("HARB-7777", None)}
    jira.jira.change({"clear": True})
    read_team(chosen.team_id)
    assert "issue/bulkfetch" not in jira.jira.counts
    assert linked(one) == {("HARB-9001", "HARB-9001"), ("HARB-7777", None)}


def test_a_moved_issue_is_found_by_the_key_that_was_named(chosen, site):
    make(site, "HARB-9001", days=400)
    site.move("HARB-9001", "LAN-9001")
    one = pull(chosen.team, title="HARB-9001 HARB-7777")

    read_team(chosen.team_id)
    read_team(chosen.team_id)

    assert linked(one) == {("HARB-9001", "LAN-9001"), ("HARB-7777", None)}


def test_an_issue_of_a_project_that_is_not_chosen_is_none_of_the_teams(chosen, site):
    make(site, "HARB-9001", days=400)
    site.move("HARB-9001", "OPS-9001")
    one = pull(chosen.team, title="HARB-9001")

    read_team(chosen.team_id)

    assert linked(one) == {("HARB-9001", None)}
    assert "OPS-9001" not in rows()


def test_links_follow_the_words(chosen, site):
    make(site, "HARB-9001")
    make(site, "HARB-9002")
    one = pull(chosen.team, title="HARB-9001")
    read_team(chosen.team_id)
    one.title = "HARB-9002"
    one.save()

    read_team(chosen.team_id)

    assert linked(one) == {("HARB-9002", "HARB-9002")}


def test_the_table_of_links_is_written_in_a_handful_of_statements(chosen, site):
    repository = TrackedRepositoryFactory(team=chosen.team)
    for number in range(120):
        PullRequestFactory(repository=repository, title=f"HARB-{number + 1} and LAN-{number + 1}")
    with CaptureQueriesContext(
        database,
    ) as queries:
        store_links(chosen.team, named_by_pull_requests(chosen.team))

    assert IssueLink.objects.count() == 240
    assert len(queries) <= 12
    with CaptureQueriesContext(database) as queries:
        store_links(chosen.team, named_by_pull_requests(chosen.team))
    assert not any(q["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for q in queries)


def test_other_teams_pull_requests_are_left_alone(chosen, site):
    make(site, "HARB-9001")
    other = PullRequestFactory(title="HARB-9001")

    read_team(chosen.team_id)

    assert not other.issue_links.exists()
