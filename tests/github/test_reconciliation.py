"""Our counts against GitHub's own: shown, explained, and a reason to look again."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.github.models import TrackedRepository
from apps.github.syncing.reconciliation import counting_query, explanation_of
from tests.github.fakes import DETAILS, KEYS, data, problem, pull_request
from tests.github.faults import bad_gateway
from tests.github.running import stored, sync_older, sync_recent, track

SINCE = datetime(2026, 5, 2, 12, tzinfo=UTC)


def when(row):
    return f"On {row.counted_at:%-d %B at %H:%M} "


@pytest.mark.parametrize(
    ("since", "begins"),
    [
        (SINCE, "2026-05-02T12:00:00Z"),
        (SINCE.replace(microsecond=1), "2026-05-02T12:00:01Z"),
        (SINCE.replace(second=59, microsecond=999_999), "2026-05-02T12:01:00Z"),
    ],
)
def test_github_counts_from_the_first_whole_second_of_the_window(since, begins):
    assert counting_query("acme/web", since) == f"repo:acme/web is:pr updated:>={begins}"


def test_both_counts_are_taken_of_the_same_window(github, team):
    prs = [pull_request(n) for n in range(1, 8)]
    prs += [pull_request(n, days_old=40) for n in range(8, 20)]
    row = track(team, github.add_repository("acme/web", *prs))

    sync_recent(team)

    row.refresh_from_db()
    assert (row.count_at_github, row.count_here) == (7, 7)
    assert explanation_of(row, zone=UTC) == (
        f"{when(row)}GitHub counted 7 pull requests updated since 2 May; all of them were here."
    )

    sync_older(team)

    row.refresh_from_db()
    assert (row.count_at_github, row.count_here) == (19, 19)


def hidden_in_the_list(github, *numbers: int):
    """GitHub's list leaves these out, as long as this fault is there; its count does not."""

    def fault(name, variables):
        if name != KEYS:
            return None
        body = github.PullRequestKeys(**variables).json()
        listed = body["data"]["node"]["pullRequests"]
        listed["nodes"] = [one for one in listed["nodes"] if one["number"] not in numbers]
        return data(body["data"])

    return fault


def test_a_list_that_is_shorter_than_githubs_count_is_read_once_more(github, team):
    prs = [pull_request(n, days_old=n / 20) for n in range(1, 251)]
    row = track(team, github.add_repository("acme/web", *prs))
    hide = hidden_in_the_list(github, 120, 240)
    github.faults.append(hide)
    seen = [0]

    def heal(name, variables):
        """The walk is three pages and the catch-up one; then the list is whole again."""
        seen[0] += name == KEYS
        if seen[0] == 5 and hide in github.faults:
            github.faults.remove(hide)

    github.faults.insert(0, heal)

    sync_recent(team)

    row.refresh_from_db()
    assert stored(team) == set(range(1, 251))
    assert (row.count_at_github, row.count_here) == (250, 250)


def test_what_the_list_never_shows_is_said_and_not_looked_for_for_ever(github, team):
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 6)]))
    github.faults.append(hidden_in_the_list(github, 4))

    sync_recent(team)

    row.refresh_from_db()
    assert explanation_of(row, zone=UTC) == (
        f"{when(row)}GitHub counted 5 pull requests updated since 2 May; 4 were here. "
        "1 that GitHub's search counts are not in its list of pull requests, which has been read "
        "twice."
    )
    assert github.count(KEYS) == 3
    github.asked.clear()

    sync_recent(team)

    assert github.count(KEYS) == 1


def test_gaps_explain_a_difference(github, team):
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 6)]))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_3@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    row.refresh_from_db()
    assert row.sync_status == TrackedRepository.SyncStatus.PARTIAL
    assert explanation_of(row, zone=UTC, gaps=1) == (
        f"{when(row)}GitHub counted 5 pull requests updated since 2 May; 4 were here. "
        "The others could not be fetched, and are tried again by the next update."
    )


def test_that_github_does_not_count_is_no_reason_not_to_list(github, team):
    row = track(team, github.add_repository("acme/web", pull_request(1)))

    def uncounted(name, variables):
        if name != KEYS or not variables["isCounted"]:
            return None
        body = github.PullRequestKeys(**variables).json()["data"]
        return data({**body, "search": None}, problem("SOMETHING", "search"))

    github.faults.append(uncounted)

    sync_recent(team)

    row.refresh_from_db()
    assert stored(team) == {1}
    assert row.sync_status == TrackedRepository.SyncStatus.COMPLETED
    assert explanation_of(row, zone=UTC) == ""


def test_a_search_that_is_too_much_is_left_out_of_the_next_question(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(
        lambda name, variables: bad_gateway() if name == KEYS and variables["isCounted"] else None
    )

    sync_recent(team)

    assert stored(team) == {1}


def test_a_count_that_lags_behind_is_told_as_such():
    row = TrackedRepository(count_at_github=3, count_here=5, counted_since=SINCE)

    assert explanation_of(row, zone=UTC) == (
        "GitHub counted 3 pull requests updated since 2 May; 5 were here. GitHub's count comes "
        "from its search, which can lag behind by hours."
    )


def test_the_moment_of_the_count_is_told_in_the_teams_zone():
    row = TrackedRepository(
        count_at_github=1,
        count_here=1,
        counted_since=SINCE,
        counted_at=datetime(2026, 6, 1, 22, 27, tzinfo=UTC),
    )

    told = explanation_of(row, zone=ZoneInfo("Europe/Berlin"))

    assert told.startswith("On 2 June at 00:27 GitHub counted 1 pull request updated since 2 May;")


def test_an_empty_repository_is_told_in_few_words():
    row = TrackedRepository(count_at_github=0, count_here=0, counted_since=SINCE)

    assert explanation_of(row, zone=UTC) == "GitHub counted 0 pull requests updated since 2 May."


def test_what_is_known_to_be_missing_is_not_looked_for_again_beside_a_gap(github, team):
    """One is counted and never listed, another listed and never had."""
    prs = [pull_request(n, days_old=n / 20) for n in range(1, 151)]
    row = track(team, github.add_repository("acme/web", *prs))
    github.faults.append(hidden_in_the_list(github, 120))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_3@acme/web" in variables["ids"] else None
        )
    )
    sync_recent(team)
    row.refresh_from_db()
    assert row.unlisted == 1
    github.asked.clear()

    sync_recent(team)

    assert github.count(KEYS) == 1


def test_another_one_that_is_missing_is_looked_for(github, team):
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 10)]))
    github.faults.append(hidden_in_the_list(github, 4))
    sync_recent(team)
    github.faults[:] = [hidden_in_the_list(github, 4, 7)]
    row.keys.filter(number=7).delete()
    github.asked.clear()

    sync_recent(team)

    row.refresh_from_db()
    assert github.count(KEYS) == 2
    assert row.unlisted == 2
