"""Counts and pages of `search`, against the world that the sandbox was given."""

from datetime import timedelta

import pytest

from apps.sandbox.graph import as_text
from tests.sandbox.moments import NOW

COUNT = "query ($words: String!) { search(query: $words, type: ISSUE, first: 1) { issueCount } }"
HARBOR = "northwind-labs/harbor"


@pytest.fixture
def counted(ask):
    return lambda words: ask(COUNT, words=words)["data"]["search"]["issueCount"]


@pytest.fixture
def pulls(world):
    return world.pull_requests_by_repository[HARBOR]


def test_a_repositorys_pull_requests_are_counted_from_a_moment_on(counted, pulls):
    since = NOW - timedelta(days=30)
    known = [pull for pull in pulls if pull.updated_at >= since]

    assert 0 < len(known) < len(pulls)
    assert counted(f"repo:{HARBOR} is:pr updated:>={as_text(since)}") == len(known)
    assert counted(f"repo:{HARBOR} is:pr updated:<{as_text(since)}") == len(pulls) - len(known)


def test_both_ends_of_a_range_are_inside(counted, pulls):
    first, last = pulls[3].created_at, pulls[9].created_at
    known = [pull for pull in pulls if first <= pull.created_at <= last]

    words = f"repo:{HARBOR} is:pr created:{as_text(first)}..{as_text(last)}"

    assert len(known) >= 7
    assert counted(words) == len(known)


def test_a_day_is_all_its_seconds(counted, pulls):
    day = pulls[5].created_at.date()
    known = [pull for pull in pulls if pull.created_at.date() == day]

    assert counted(f"repo:{HARBOR} created:{day}") == len(known) > 0
    assert counted(f"repo:{HARBOR} created:>{day}") == sum(
        pull.created_at.date() > day for pull in pulls
    )


def test_states_are_told_apart(counted, pulls):
    words = f"repo:{HARBOR} is:pr"

    assert counted(f"{words} is:merged") == sum(pull.merged for pull in pulls)
    assert counted(f"{words} is:open") + counted(f"{words} is:closed") == len(pulls)


def test_a_repository_that_is_not_there_counts_nothing_and_is_no_error(ask):
    body = ask(COUNT, words="repo:northwind-labs/gone is:pr")

    assert body == {"data": {"search": {"issueCount": 0}}}


def test_a_word_that_is_not_understood_is_refused(ask):
    body = ask(COUNT, words=f"repo:{HARBOR} is:pr auther:kim")

    assert "`auther:kim`" in body["errors"][0]["message"]


def test_results_are_paged_newest_first(ask, pulls):
    query = """query ($words: String!, $after: String) {
      search(query: $words, type: ISSUE, first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { ... on PullRequest { number } } } }"""

    numbers, after, more = [], None, True
    while more:
        page = ask(query, words=f"repo:{HARBOR} is:pr", after=after)["data"]["search"]
        numbers += [node["number"] for node in page["nodes"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert numbers == [
        pull.number
        for pull in sorted(pulls, key=lambda pull: (pull.created_at, pull.id), reverse=True)
    ]
