"""What GitHub can tell of a pull request's life, from its answer to the week's numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.github.models import Person, PullRequest
from apps.github.syncing import members
from apps.metrics.measure import measure
from apps.metrics.models import MemberWeek, TeamWeek
from apps.operations.export import pull_requests as exported
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import NOW, commit, connected, pull_request, review, stamp, user
from tests.github.running import sync_recent, track

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CREATED, MERGED = NOW - 5 * DAY, NOW - DAY  # both in the week of 25 May
MONDAY = date(2026, 5, 25)
HOURS = 3600.0


def merged(number: int = 1, **changes):
    return pull_request(number, days_old=1, **{"createdAt": stamp(CREATED), **changes})


def committed(*moments: datetime):
    rows = [commit(number) for number, _ in enumerate(moments)]
    for row, moment in zip(rows, moments, strict=True):
        row["commit"]["authoredDate"] = stamp(moment)
    return connected(rows)


def reviewed(*reviews: tuple[str, str, timedelta]):
    """Who, what, and how long after the opening."""
    return connected(
        [
            review(number, who, state=state, submittedAt=stamp(CREATED + after))
            for number, (who, state, after) in enumerate(reviews)
        ]
    )


def week(github, team, *found) -> TeamWeek:
    """The week's row, once these are read and measured."""
    if "R_acme/web" not in github.repositories:
        track(team, github.add_repository("acme/web", *found))
    sync_recent(team)
    measure(claim(team), since=NOW - 30 * DAY, now=NOW)
    return TeamWeek.objects.get(team=team, week_start=MONDAY)


@pytest.mark.parametrize(
    "wrong",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), CREATED - 91 * DAY],
)
def test_a_first_commit_of_a_wrong_clock_is_ignored_and_flagged(github, team, wrong):
    """R-40"""
    row = week(github, team, merged(commits=committed(wrong)))

    assert (row.merged, row.unclear_start) == (1, 1)
    assert (row.cycle_time, row.coding_time) == (None, None)


def test_a_later_commit_of_a_wrong_clock_changes_nothing(github, team):
    """R-40"""
    commits = committed(CREATED - HOUR, datetime(2099, 1, 1, tzinfo=UTC))

    row = week(github, team, merged(commits=commits))

    assert (row.unclear_start, row.coding_time) == (0, HOURS)


def test_a_commit_without_an_account_is_stored_and_counts(github, team):
    """R-36, R-40"""
    unknown = committed(CREATED - HOUR)
    unknown["nodes"][0]["commit"]["author"] = None

    assert week(github, team, merged(commits=unknown)).coding_time == HOURS


def test_a_force_pushed_branch_has_no_negative_time(github, team):
    """R-41: rebased or squashed after the opening, all its commits are newer than that."""
    row = week(github, team, merged(commits=committed(CREATED + HOUR, CREATED + 2 * HOUR)))

    assert (row.unclear_start, row.cycle_time) == (1, None)
    assert row.pickup_time >= 0


@pytest.mark.parametrize("merger", [user("github-merge-queue", "Bot"), None])
def test_whoever_merged_it_is_stored_and_the_author_counts(github, team, merger):
    """R-41: a merge queue, auto-merge, an account that is no more."""
    row = week(github, team, merged(mergedBy=merger))

    assert PullRequest.objects.get().merged_by.kind == ("bot" if merger else "ghost")
    assert (row.merged, row.merged_by_bots) == (1, 0)


@pytest.mark.parametrize(
    ("reviews", "reviewed_by_others", "times"),
    [
        ([("bert", "APPROVED", 5 * DAY)], 0, (None, None, None)),  # after the merge
        ([("ada", "APPROVED", DAY)], 0, (None, None, None)),  # the author's own
        ([("bert", "DISMISSED", DAY)], 0, (None, None, None)),
        ([("coderabbitai", "APPROVED", DAY)], 0, (None, None, None)),  # a bot's
        ([("bert", "COMMENTED", DAY)], 1, (24, 72, None)),
        ([("bert", "APPROVED", DAY), ("bert", "CHANGES_REQUESTED", 2 * DAY)], 1, (24, 0, 72)),
        ([("bert", "CHANGES_REQUESTED", DAY), ("bert", "APPROVED", 2 * DAY)], 1, (24, 24, 48)),
        ([("bert", "APPROVED", DAY), ("bert", "APPROVED", 5 * DAY)], 1, (24, 0, 72)),
    ],
)
def test_a_review_counts_by_who_gave_it_and_when(github, team, reviews, reviewed_by_others, times):
    """R-37, R-42"""
    found = reviewed(*reviews)
    for node in found["nodes"]:
        if node["author"]["login"] == "coderabbitai":
            node["author"] = user("coderabbitai", "Bot")

    row = week(github, team, merged(reviews=found))

    assert row.reviewed == reviewed_by_others
    assert (row.pickup_time, row.review_time, row.merge_time) == tuple(
        None if hours is None else hours * HOURS for hours in times
    )
    assert (row.unreviewed_wait is None) is bool(reviewed_by_others)


def test_ready_is_the_last_time_before_the_first_review(github, team):
    """R-43: made ready, sent back to draft, made ready again, and once more after the review."""
    moments = [CREATED + hours * HOUR for hours in (2, 20, 40)]
    events = {"nodes": [{"createdAt": stamp(moment)} for moment in moments]}

    row = week(
        github, team, merged(timelineItems=events, reviews=reviewed(("bert", "APPROVED", DAY)))
    )

    assert row.pickup_time == 4 * HOURS


def test_one_that_was_closed_opened_again_and_merged_is_one_and_merged_once(github, team):
    """R-44"""
    closed = merged(state="CLOSED", mergedAt=None, mergedBy=None)
    assert week(github, team, closed).merged == 0
    later = stamp(NOW)
    github.touch("acme/web", 1, NOW, state="MERGED", mergedAt=later, mergedBy=user("bert"))

    assert week(github, team).merged == 0

    assert PullRequest.objects.get().state == "merged"
    assert TeamWeek.objects.get(team=team, week_start=MONDAY + 7 * DAY).merged == 1


def test_without_a_review_there_is_the_wait_and_the_stages_add_up(github, team):
    """R-45"""
    bare = merged(reviews=connected([]), commits=committed(CREATED - HOUR))

    row = week(github, team, bare)

    assert (row.reviewed, row.pickup_time) == (0, None)
    assert row.unreviewed_wait == 4 * 24 * HOURS
    assert row.coding_time + row.unreviewed_wait == row.cycle_time


def test_outsiders_count_for_the_team_and_are_no_members(github, team):
    """R-39"""
    members.sync(claim(team, Status.SYNCING_MEMBERS))

    row = week(github, team, merged(author=user("outsider")), merged(2))

    assert row.merged == 2
    assert dict(Person.objects.values_list("login", "is_member")) == {
        "ada": True,
        "bert": True,
        "outsider": False,
    }


def test_ghosts_everywhere_are_one_person_and_count_for_the_team(github, team):
    """R-36"""
    ghostly = {"author": None, "mergedBy": None, "reviews": connected([review(1, author=None)])}

    row = week(github, team, merged(1, **ghostly), merged(2, **ghostly))

    assert (row.merged, row.opened, row.reviewed) == (2, 2, 0)
    assert [ghost.identity for ghost in Person.objects.filter(kind="ghost")] == ["ghost"]
    assert MemberWeek.objects.filter(member__kind="user", merged__gt=0).count() == 0
    assert [one["author"] for one in exported(team)] == [None, None]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("🎉 مرحبا \u202eabc", "🎉 مرحبا \u202eabc"),
        ("a\x00b", "a\ufffdb"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("x" * 65_536, "x" * 65_536),
        ("", ""),
        (None, ""),
    ],
)
def test_any_text_is_stored_counted_and_exported(github, team, given, kept):
    """R-46"""
    row = week(github, team, merged(title=given, body=given))

    found = PullRequest.objects.get()
    assert (row.merged, found.title, found.body) == (1, kept, kept)
    assert [one["title"] for one in exported(team)] == [kept]


def test_an_id_beyond_32_bits_is_stored(github, team):
    big = 2**53 + 1
    week(github, team, merged(fullDatabaseId=str(big), author={**user("ada"), "databaseId": big}))

    found = PullRequest.objects.get()
    assert (found.github_id, found.author.github_id) == (big, big)


def test_a_review_that_a_team_was_asked_for_and_never_gave_is_waited_for(github, team):
    """R-47: whom GitHub asked is not read; that nobody has answered is."""
    asked = {
        "state": "OPEN",
        "mergedAt": None,
        "closedAt": None,
        "mergedBy": None,
        "reviews": connected([]),
        "reviewRequests": connected([{"requestedReviewer": {"__typename": "Team"}}]),
    }

    week(github, team, merged(**asked))

    found = PullRequest.objects.get()
    assert (found.state, found.ready_at, found.reviews.count()) == ("open", CREATED, 0)
