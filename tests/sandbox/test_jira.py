"""The invented Jira tells the story that the pull requests of the world suggest, and can fail."""

import httpx
import pytest

from apps.sandbox.jira.server import FAULTS
from apps.sandbox.jira.site import mention_in
from apps.sandbox.server import running
from tests.sandbox.moments import NOW


@pytest.fixture(scope="module")
def jira():
    with running(small=True, now=NOW) as servers:
        yield servers


@pytest.fixture
def api(jira):
    grants, site = jira.jira_grants, jira.jira_site
    code = grants.code_for({"scope": "read:jira-work offline_access", "redirect_uri": "x"})
    form = {
        "grant_type": "authorization_code",
        "client_id": "sandbox-jira-client",
        "client_secret": "sandbox-jira-secret",
        "code": code,
        "redirect_uri": "x",
    }
    token = httpx.post(f"{jira.jira_url}/oauth/token", json=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    base = f"{jira.jira_url}/ex/jira/{site.cloud_id}/rest/api/3"
    with httpx.Client(base_url=base, headers=headers) as client:
        yield client


def test_every_key_that_a_pull_request_names_is_an_issue(jira):
    keys = {issue.key for issue in jira.jira_site.issues}
    named = 0
    for pull in jira.world.pull_requests:
        if key := mention_in(pull):
            messages = " ".join(commit.message for commit in pull.commits)
            words = f"{pull.title} {pull.head_ref_name} {messages}".upper()
            named += key in words
            assert key in keys
    people = sum(
        pull.author is not None and pull.author.typename == "User"
        for pull in jira.world.pull_requests
    )
    assert 0.5 < named / people < 0.95


def test_issues_are_done_after_their_pull_requests_were_merged(jira):
    by_key = {issue.key: issue for issue in jira.jira_site.issues}
    for pull in jira.world.pull_requests:
        issue = by_key.get(mention_in(pull))
        if issue and issue.resolved and pull.merged_at:
            assert issue.created < pull.created_at < pull.merged_at < issue.resolved <= NOW


def test_the_old_search_is_gone(api):
    assert api.get("/search", params={"jql": "project = HARB"}).status_code == 410


def test_a_question_that_jira_would_not_take_is_refused(api, jira):
    assert api.post("/search/jql", json={"jql": "nonsense"}).status_code == 400
    gone = {"jql": "project = 99999 AND updated >= -10m ORDER BY updated ASC", "fields": []}
    assert api.post("/search/jql", json=gone).status_code == 400


def test_only_fields_that_are_asked_for_are_told(api, jira):
    key = jira.jira_site.issues[0].key
    row = api.get(f"/issue/{key}", params={"fields": "status"}).json()
    assert row["fields"].keys() == {"status"}


def test_nobody_reads_without_a_token(api, jira):
    assert httpx.get(f"{api.base_url}project/search").status_code == 401


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_comes_once_when_it_is_asked_for(api, jira, fault):
    jira.jira.change({"next": [fault]})
    if fault == "reset":
        with pytest.raises(httpx.RequestError):
            api.get("/project/search")
    else:
        assert api.get("/project/search").status_code == FAULTS[fault].status
    assert api.get("/project/search").status_code == 200
