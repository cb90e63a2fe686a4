"""One odd pull request is left out and named; it takes neither its page nor its team with it."""

import httpx
import pytest

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubQueryRejected
from apps.github.models import Person, PullRequest, PullRequestKey
from apps.github.syncing import oddities
from tests.github.fakes import connected, data, pull_request, review, user
from tests.github.running import sync_recent, track

DETAILS, KEYS = "PullRequestDetails", "PullRequestKeys"
TOO_LARGE = 2**70  # for every database


def unheard_of() -> httpx.Response:
    error = {"type": "SERVICE_UNAVAILABLE", "message": "Upstream unavailable"}
    return httpx.Response(200, json={"data": None, "errors": [error]})


def stored() -> set[int]:
    return set(PullRequest.objects.values_list("number", flat=True))


@pytest.mark.parametrize(
    "odd", [{"additions": TOO_LARGE}, {"createdAt": "not a date"}, {"author": "ada"}]
)
def test_a_pull_request_that_cannot_be_stored_is_a_gap_and_the_others_are_there(github, team, odd):
    prs = [pull_request(n, author=user(f"author-{n}")) for n in range(1, 26)]
    repository = track(team, github.add_repository("acme/web", *prs))
    github.pull_requests["R_acme/web"][6].update(odd)

    sync_recent(team)

    assert stored() == set(range(1, 26)) - {7}
    gap = PullRequestKey.objects.get(state=PullRequestKey.State.GAP)
    assert gap.number == 7
    assert gap.gap_reason
    repository.refresh_from_db()
    assert repository.sync_status == "partial"


def test_people_of_a_page_that_was_rolled_back_are_made_anew(github, team):
    by_carl = connected([review(1, "carl")])
    prs = [pull_request(n, reviews=by_carl) for n in (1, 2)]
    track(team, github.add_repository("acme/web", *prs))
    github.pull_requests["R_acme/web"][0]["additions"] = TOO_LARGE

    sync_recent(team)

    assert PullRequest.objects.get().reviews.get().author == Person.objects.get(login="carl")


def test_an_error_that_nobody_has_heard_of_is_split_down_to_its_pull_request(github, team, caplog):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 6)]))
    github.faults.append(
        lambda name, variables: (
            unheard_of() if name == DETAILS and "PR_3@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    assert stored() == {1, 2, 4, 5}
    assert PullRequestKey.objects.get(number=3).gap_reason == oddities.PULL_REQUEST
    assert "Upstream unavailable" in caplog.text


def test_when_everything_is_odd_the_fault_is_ours(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(lambda name, _: unheard_of() if name == DETAILS else None)

    with pytest.raises(GitHubQueryRejected):
        sync_recent(team)

    gaps = PullRequestKey.objects.filter(state=PullRequestKey.State.GAP)
    assert gaps.count() == oddities.MOST


@pytest.mark.parametrize("odd", [{"id": "PR_1"}, {"id": "PR_1", "number": 1, "updatedAt": "soon"}])
def test_an_odd_list_fails_its_repository_and_no_other(github, team, odd):
    strange = track(team, github.add_repository("acme/strange", pull_request(1)))
    track(team, github.add_repository("acme/plain", pull_request(2)))

    def fault(name, variables):
        if name == KEYS and variables["repository"] == strange.node_id:
            return data({"node": {"pullRequests": connected([odd])}})
        return None

    github.faults.append(fault)
    sync_recent(team)

    strange.refresh_from_db()
    assert (strange.sync_status, strange.sync_error) == ("failed", oddities.LIST)
    assert strange.keys_reach is None
    assert stored() == {2}


def test_a_list_that_cannot_be_stored_is_read_again_by_the_next_run(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    github.pull_requests["R_acme/web"][0]["number"] = TOO_LARGE
    with pytest.raises(PermanentError, match="None of the repositories"):
        sync_recent(team)
    repository.refresh_from_db()
    assert (repository.keys_cursor, repository.keys_reach) == ("", None)
    github.pull_requests["R_acme/web"][0]["number"] = 1

    sync_recent(team)

    assert stored() == {1, 2}
