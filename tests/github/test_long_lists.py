"""A long list of one pull request is read to its end, or named as truncated and tried again."""

from apps.github.models import PullRequest
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.claims import claim
from tests.github.fakes import (
    DETAILS,
    FakeGitHub,
    commit,
    connected,
    data,
    file,
    problem,
    pull_request,
    review,
)
from tests.github.faults import always, bad_gateway
from tests.github.running import sync_older, sync_recent, track


def test_lists_longer_than_a_page_are_followed_to_their_end(github, team):
    giant = pull_request(
        1,
        labels=connected([{"name": f"label {n}"} for n in range(12)]),
        reviews=connected([review(n) for n in range(130)]),
        commits=connected([commit(n) for n in range(260)]),
        files=connected([file(n) for n in range(333)]),
    )
    track(team, github.add_repository("acme/web", giant))

    sync_recent(team)

    found = PullRequest.objects.get()
    assert len(found.labels) == 12
    assert found.reviews.count() == found.reviews_total == 130
    assert found.commits.count() == found.commits_total == 260
    assert found.files.count() == found.files_total == 333
    assert found.truncated == []


def test_a_giant_is_stored_whole_and_holds_up_no_other(github, team):
    """R-32: 3,000 files, 250 commits and 2 MB of text in one pull request."""
    giant = pull_request(
        1,
        body="x" * 2_000_000,
        commits=connected([commit(n) for n in range(250)]),
        files=connected([file(n) for n in range(3000)]),
    )
    others = [pull_request(n, days_old=2) for n in range(2, 101)]
    track(team, github.add_repository("acme/web", giant, *others))

    sync_recent(team)

    found = PullRequest.objects.get(number=1)
    assert (len(found.body), found.commits.count(), found.files.count()) == (2_000_000, 250, 3000)
    assert found.truncated == []
    assert PullRequest.objects.count() == 100


def test_a_list_that_cannot_be_followed_is_named_as_truncated(github, team):
    giant = pull_request(1, files=connected([file(n) for n in range(333)]))
    track(team, github.add_repository("acme/web", giant))
    github.faults.append(always("More_files", bad_gateway))

    sync_recent(team)

    found = PullRequest.objects.get()
    assert (found.files.count(), found.files_total, found.truncated) == (50, 333, ["files"])


def without_the_rest_of_the_files(github: FakeGitHub, team: Team) -> None:
    giant = pull_request(1, files=connected([file(n) for n in range(60)]))
    track(team, github.add_repository("acme/web", giant))
    github.faults.append(always("More_files", bad_gateway))


def test_a_truncated_list_is_tried_again_by_the_next_window(github, team):
    without_the_rest_of_the_files(github, team)
    sync_recent(team)
    assert PullRequest.objects.get().truncated == ["files"]
    github.faults.clear()

    sync_older(team)

    found = PullRequest.objects.get()
    assert (found.files.count(), found.truncated) == (60, [])


def test_a_list_that_stays_truncated_is_tried_once_a_window_and_is_no_progress(github, team):
    without_the_rest_of_the_files(github, team)
    sync_recent(team)
    github.asked.clear()

    for _ in range(3):
        again = claim(team, Status.BACKGROUND_SYNCING)
        sync.older(again)

    assert github.count(DETAILS) == 1
    assert again.attempts_now() > 0


def test_the_long_lists_of_many_are_read_together(github, team):
    """Twelve follow-ups are two questions, and none of the others waits for them."""
    giants = [pull_request(n, files=connected([file(k) for k in range(120)])) for n in range(1, 13)]
    track(team, github.add_repository("acme/web", *giants))

    sync_recent(team)

    assert all(found.files.count() == 120 for found in PullRequest.objects.all())
    assert github.count("MoreLists") == 2
    assert github.count("More_files") == 0


def test_of_lists_that_are_read_together_one_that_fails_is_read_alone(github, team):
    giants = [pull_request(n, files=connected([file(k) for k in range(70)])) for n in range(1, 4)]
    track(team, github.add_repository("acme/web", *giants))

    def without_the_second(name, variables):
        if name != "MoreLists":
            return None
        body = {f"list{n}": {"files": page_of_files(n, 50)} for n in (0, 2)}
        return data({**body, "list1": None}, problem("RESOURCE_LIMITS_EXCEEDED", "list1", "files"))

    def page_of_files(n, start):
        return {**connected([file(k) for k in range(start, 70)]), "totalCount": 70}

    github.faults.append(without_the_second)

    sync_recent(team)

    assert [found.files.count() for found in PullRequest.objects.all()] == [70, 70, 70]
    assert github.count("More_files") == 1


def test_lists_that_are_too_much_together_are_read_one_by_one(github, team):
    giants = [pull_request(n, files=connected([file(k) for k in range(70)])) for n in range(1, 4)]
    track(team, github.add_repository("acme/web", *giants))
    github.faults.append(always("MoreLists", bad_gateway))

    sync_recent(team)

    assert [found.files.count() for found in PullRequest.objects.all()] == [70, 70, 70]
    assert github.count("More_files") == 3


def test_a_cursor_that_stays_where_it_is_adds_nothing_twice(github, team):
    giant = pull_request(1, commits=connected([commit(n) for n in range(120)]))
    track(team, github.add_repository("acme/web", giant))

    def the_first_page_for_ever(name, variables):
        if name != "More_commits":
            return None
        first = [commit(n) for n in range(50)]
        info = {"hasNextPage": True, "endCursor": "50"}
        return data(
            {"node": {"commits": {**connected(first), "totalCount": 120, "pageInfo": info}}}
        )

    github.faults.append(the_first_page_for_ever)

    sync_recent(team)

    found = PullRequest.objects.get()
    assert (found.commits.count(), found.truncated) == (50, ["commits"])
