"""What is too much for one answer is asked for in smaller parts until it passes."""

from apps.github.models import PullRequest
from tests.github.fakes import DETAILS, KEYS, data, problem, pull_request
from tests.github.faults import bad_gateway
from tests.github.running import stored, sync_recent, track


def test_what_came_in_part_is_asked_for_again_alone(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 11)]))

    def without_the_files_of_the_fourth(name, variables):
        if name != DETAILS or len(variables["ids"]) == 1:
            return None
        reply = github.PullRequestDetails(**variables)
        body = reply.json()
        body["data"]["nodes"][3]["files"] = None
        error = problem("RESOURCE_LIMITS_EXCEEDED", "nodes", 3, "files")
        return data(body["data"], error)

    github.faults.append(without_the_files_of_the_fourth)
    sync_recent(team)

    assert stored(team) == set(range(1, 11))
    assert all(found.files.count() == 1 for found in PullRequest.objects.all())
    sizes = [len(variables["ids"]) for name, variables in github.asked if name == DETAILS]
    assert sizes == [10, 1]


def test_a_page_that_is_too_much_is_split_until_it_passes(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)]))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and len(variables["ids"]) > 6 else None
        )
    )

    sync_recent(team)

    assert stored(team) == set(range(1, 26))
    sizes = {len(variables["ids"]) for name, variables in github.asked if name == DETAILS}
    assert sizes == {25, 12, 13, 6, 7, 3, 4}


def test_one_that_is_too_much_is_stored_without_its_files_first_and_then_with_them(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(
        lambda name, variables: bad_gateway() if name == DETAILS and variables["files"] else None
    )

    sync_recent(team)

    assert PullRequest.objects.get().files.count() == 1
    assert github.count("More_files") == 1


def test_a_list_that_passes_in_smaller_pages_is_read(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 90)]))
    github.faults.append(
        lambda name, variables: bad_gateway() if name == KEYS and variables["first"] > 25 else None
    )

    sync_recent(team)

    assert len(stored(team)) == 89
