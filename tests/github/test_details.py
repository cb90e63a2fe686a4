"""A pull request is whole, or named as what it is not: whatever GitHub leaves out of an answer."""

from datetime import timedelta
from typing import Any

import pytest

from apps.github.api.client import open_client
from apps.github.syncing import details
from tests.github.fakes import (
    NOW,
    FakeGitHub,
    commit,
    connected,
    data,
    file,
    problem,
    pull_request,
    review,
    stamp,
)
from tests.github.faults import always, bad_gateway

DETAILS = "PullRequestDetails"
ID = "PR_1@acme/web"
CUT = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}


@pytest.fixture
def client(github):
    with open_client("ghp_secret") as client:
        yield client


def answered(
    github: FakeGitHub, *problems: dict[str, Any], heavy_only: bool = False, **changes: Any
) -> None:
    """From now on the first pull request comes so changed, with these problems."""

    def change(name, variables):
        if name != DETAILS or (heavy_only and not variables["files"]):
            return None
        content = github.PullRequestDetails(**variables).json()["data"]
        content["nodes"][0].update(changes)
        return data(content, *problems)

    github.faults.append(change)


@pytest.mark.parametrize(
    "cut", [CUT, {**CUT, "path": ["nodes", 0]}, {**CUT, "path": ["nodes", 0, "mergedBy"]}]
)
def test_a_problem_that_names_no_list_makes_the_whole_answer_doubtful(github, client, cut):
    github.add_repository("acme/web", pull_request(1, additions=500))
    answered(github, cut, heavy_only=True, additions=0, mergedBy=None)

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert found.additions == 500
    assert found.merged_by.login == "bert"
    assert found.truncated == []


def test_a_pull_request_that_never_comes_whole_is_missing_with_the_reason(github, client):
    github.add_repository("acme/web", pull_request(1))
    answered(github, CUT)

    fetched = details.fetch(client, [ID])

    assert not fetched.pull_requests
    assert fetched.missing == {ID: details.INCOMPLETE}


@pytest.mark.parametrize(
    "odd", [{"additions": None}, {"number": None}, {"state": None}, {"createdAt": "not a date"}]
)
def test_a_value_that_cannot_be_is_no_pull_request(github, client, odd):
    github.add_repository("acme/web", pull_request(1), pull_request(2))
    answered(github, **odd)

    both = details.fetch(client, [ID, "PR_2@acme/web"])
    alone = details.fetch(client, [ID])

    assert (list(both.pull_requests), both.again) == (["PR_2@acme/web"], [ID])
    assert alone.missing == {ID: details.INCOMPLETE}


def test_a_hole_in_a_list_is_filled_by_reading_the_list_again(github, client):
    commits = [commit(1), commit(2)]
    github.add_repository("acme/web", pull_request(1, commits=connected(commits)))
    answered(github, commits=connected([commits[0], None]))

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert [one.message for one in found.commits.items] == ["Step 1", "Step 2"]
    assert found.truncated == []


def test_a_hole_that_stays_leaves_the_list_truncated_and_its_total_githubs(github, client):
    holed = connected([file(1), None, file(3)])
    github.add_repository("acme/web", pull_request(1, files=holed))

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert found.truncated == ["files"]
    assert found.files.total == 3


def test_ready_is_told_by_the_reviews_that_came_later(github, client):
    ready, reviewed, ready_again = (NOW - timedelta(days=days) for days in (5, 4, 3))
    events = {"nodes": [{"createdAt": stamp(ready)}, {"createdAt": stamp(ready_again)}]}
    reviews = connected([review(1, submittedAt=stamp(reviewed))])
    github.add_repository("acme/web", pull_request(1, timelineItems=events, reviews=reviews))
    answered(github, problem("RESOURCE_LIMITS_EXCEEDED", "nodes", 0, "reviews"), reviews=None)

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert found.reviews.total == 1
    assert found.ready_at == ready


# --- Lists that do not end ----------------------------------------------------------------------


@pytest.mark.parametrize("cursor", [None, "", "50", "the same"])
def test_a_list_whose_cursor_does_not_move_ends_as_truncated(github, client, cursor):
    github.add_repository(
        "acme/web", pull_request(1, files=connected([file(n) for n in range(60)]))
    )
    stuck = {"totalCount": 60, "pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": []}
    github.faults.append(always("More_files", lambda: data({"node": {"files": stuck}})))

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert found.truncated == ["files"]
    assert len(found.files.items) == 50
    assert github.count("More_files") <= 2


def test_a_list_that_does_not_say_how_it_goes_on_is_read_from_its_beginning(github, client):
    files = [file(n) for n in range(60)]
    github.add_repository("acme/web", pull_request(1, files=connected(files)))
    mute = {**connected(files[:50]), "pageInfo": {"hasNextPage": True, "endCursor": None}}
    answered(github, files=mute)

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert [one.path for one in found.files.items] == [one["path"] for one in files]


def test_a_list_that_github_gives_up_on_half_way_keeps_what_came(github, client):
    github.add_repository(
        "acme/web", pull_request(1, files=connected([file(n) for n in range(60)]))
    )
    github.faults.append(always("More_files", bad_gateway))

    found = details.fetch(client, [ID]).pull_requests[ID]

    assert (len(found.files.items), found.truncated) == (50, ["files"])
