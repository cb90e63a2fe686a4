"""A window of pull requests gets into rows whole, once, and through everything that GitHub does."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.errors import PermanentError, TransientError
from apps.github import sync
from apps.github.errors import GitHubRateLimited, GitHubTooFast
from apps.github.models import PullRequest, PullRequestKey, TrackedRepository
from apps.pipeline.claims import Claim, TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.pipeline.signals import repository_synced
from apps.teams.models import Team
from tests.claims import claim
from tests.github.fakes import (
    NOW,
    FakeGitHub,
    Fault,
    always,
    bad_gateway,
    commit,
    connected,
    data,
    file,
    once,
    problem,
    pull_request,
    review,
    too_fast,
    user,
)
from tests.github.running import sync_older, sync_recent, track

DETAILS, KEYS = "PullRequestDetails", "PullRequestKeys"


def stored(team: Team) -> set[int]:
    return set(PullRequest.objects.filter(team=team).values_list("number", flat=True))


# --- Windows ------------------------------------------------------------------------------------


def test_phase_1_stores_what_was_updated_in_its_window_and_phase_2_the_rest(github, team):
    ages = {1: 1, 2: 29, 3: 31, 4: 89, 5: 91}
    prs = [pull_request(number, days_old=days) for number, days in ages.items()]
    repository = track(team, github.add_repository("acme/web", *prs))

    sync_recent(team)
    after_phase_1 = stored(team)
    sync_older(team)

    assert after_phase_1 == {1, 2}
    assert stored(team) == {1, 2, 3, 4}
    repository.refresh_from_db()
    assert repository.sync_status == "completed"
    assert repository.sync_progress == 100
    assert repository.sync_prs_completed == repository.sync_prs_total == 2


def test_a_pull_request_opened_long_ago_and_merged_yesterday_is_in_phase_1(github, team):
    old = pull_request(1, createdAt="2025-01-01T00:00:00Z")
    track(team, github.add_repository("acme/web", old))

    sync_recent(team)

    assert stored(team) == {1}


def test_without_a_second_phase_the_first_reads_everything(github, team):
    prs = [pull_request(1, days_old=1), pull_request(2, days_old=80)]
    track(team, github.add_repository("acme/web", *prs))

    sync.recent(claim(team, Status.SYNCING, pipeline_two_phase=False))

    assert stored(team) == {1, 2}


def test_phase_2_walks_on_from_the_stored_cursor_and_walks_nothing_twice(github, team):
    prs = [pull_request(n, days_old=n / 10) for n in range(1, 451)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.asked.clear()

    sync_older(team)

    cursors = [variables["after"] for name, variables in github.asked if name == KEYS]
    assert len(cursors) == 2  # the last page of the walk, and the catch-up from the top
    assert cursors[0] is not None
    assert len(stored(team)) == 450


def test_phase_2_writes_its_percentage_on_the_team(github, team):
    prs = [pull_request(n, days_old=40) for n in range(1, 60)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)

    sync_older(team)

    assert Team.objects.get(pk=team.pk).background_sync_progress == 100


def test_running_again_on_a_complete_window_costs_two_requests(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 40)]))
    sync_recent(team)
    github.asked.clear()

    sync_recent(team)

    assert [name for name, _ in github.asked] == ["RepositoriesById", KEYS]


def test_a_repository_without_pull_requests_is_completed_with_0(github, team):
    repository = track(team, github.add_repository("acme/empty"))

    sync_recent(team)

    repository.refresh_from_db()
    assert (repository.sync_status, repository.sync_progress) == ("completed", 100)


# --- Order, and what moves meanwhile -----------------------------------------------------------


def test_details_are_asked_for_newest_first_over_all_repositories(github, team):
    even = [pull_request(n, days_old=n / 10) for n in range(2, 80, 2)]
    odd = [pull_request(n, days_old=n / 10) for n in range(1, 80, 2)]
    track(team, github.add_repository("acme/even", *even))
    track(team, github.add_repository("acme/odd", *odd))

    sync_recent(team)

    first = next(variables["ids"] for name, variables in github.asked if name == DETAILS)
    assert len(first) == 25
    assert stored(team) == set(range(1, 80))


def test_the_most_recently_pushed_repository_is_listed_first(github, team):
    track(team, github.add_repository("acme/quiet", pushedAt="2026-01-01T00:00:00Z"))
    track(team, github.add_repository("acme/busy", pushedAt="2026-05-31T00:00:00Z"))

    sync_recent(team)

    listed = [variables["repository"] for name, variables in github.asked if name == KEYS]
    assert listed[0] == "R_acme/busy"


def test_a_pull_request_touched_while_the_list_is_walked_is_caught_up(github, team):
    prs = [pull_request(n, days_old=n / 10) for n in range(1, 151)]
    track(team, github.add_repository("acme/web", *prs))

    def touch_the_last_after_the_first_page(name, variables):
        if name == KEYS and variables["after"]:
            github.faults.clear()
            github.touch("acme/web", 150, NOW, title="Touched")

    github.faults.append(touch_the_last_after_the_first_page)
    sync_recent(team)

    assert stored(team) == set(range(1, 151))
    assert PullRequest.objects.get(number=150).title == "Touched"


def test_a_pull_request_touched_between_the_phases_is_fetched_again_in_phase_2(github, team):
    prs = [pull_request(1, days_old=3), pull_request(2, days_old=40)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.touch("acme/web", 1, NOW + timedelta(minutes=3), title="Touched")
    github.touch("acme/web", 2, NOW + timedelta(minutes=4), title="Touched too")

    sync_older(team)

    titles = PullRequest.objects.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["Touched", "Touched too"]


def test_one_dated_in_the_future_hides_nobody_who_is_touched_later(github, team):
    prs = [pull_request(n, days_old=1 + n / 1000) for n in range(1, 251)]
    ahead = pull_request(900, days_old=-1000)
    track(team, github.add_repository("acme/web", ahead, *prs))
    sync_recent(team)
    for n in range(1, 251):
        github.touch("acme/web", n, NOW + timedelta(minutes=n), title="Touched")

    sync_older(team)

    assert PullRequest.objects.filter(title="Touched").count() == 250


def test_an_answer_older_than_what_is_stored_overwrites_nothing(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    PullRequest.objects.update(updated_at=NOW + timedelta(hours=1), title="Newer, by a webhook")
    PullRequestKey.objects.update(state=PullRequestKey.State.PENDING)

    sync_recent(team)

    assert PullRequest.objects.get().title == "Newer, by a webhook"
    repository.refresh_from_db()
    assert repository.sync_status == "completed"


def test_children_are_replaced_as_a_set(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    github.touch(
        "acme/web",
        1,
        NOW,
        reviews=connected([]),
        commits=connected([commit(7), commit(8)]),
        files=connected([file(9)]),
    )

    sync_recent(team)

    found = PullRequest.objects.get()
    assert found.reviews.count() == 0
    assert [c.message for c in found.commits.order_by("position")] == ["Step 7", "Step 8"]
    assert [f.path for f in found.files.all()] == ["src/9.py"]


# --- Long lists, partial answers, gaps ---------------------------------------------------------


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


def test_a_list_that_cannot_be_followed_is_named_as_truncated(github, team):
    giant = pull_request(1, files=connected([file(n) for n in range(333)]))
    track(team, github.add_repository("acme/web", giant))
    github.faults.append(always("More_files", bad_gateway))

    sync_recent(team)

    found = PullRequest.objects.get()
    assert (found.files.count(), found.files_total, found.truncated) == (50, 333, ["files"])


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


def test_one_that_always_fails_is_a_gap_and_the_repository_partial(github, team):
    repository = track(
        team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)])
    )
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_7@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    assert stored(team) == set(range(1, 26)) - {7}
    gap = PullRequestKey.objects.get(state=PullRequestKey.State.GAP)
    assert gap.number == 7
    assert gap.gap_reason
    repository.refresh_from_db()
    assert repository.sync_status == "partial"
    assert repository.sync_error == "1 pull request could not be fetched: #7."
    assert (repository.sync_prs_completed, repository.sync_prs_total) == (24, 25)
    assert repository.sync_progress == 100


def test_a_gap_is_tried_again_by_the_next_run(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(always(DETAILS, bad_gateway))
    sync_recent(team)
    github.faults.clear()

    sync_older(team)

    assert stored(team) == {1}
    repository.refresh_from_db()
    assert repository.sync_status == "completed"


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


def test_a_github_that_is_down_makes_no_gaps(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(always(DETAILS, bad_gateway))
    github.faults.append(always("Viewer", bad_gateway))

    with pytest.raises(TransientError, match="does not answer"):
        sync_recent(team)

    assert PullRequestKey.objects.get().state == PullRequestKey.State.PENDING


def test_one_that_is_too_much_is_stored_without_its_files_first_and_then_with_them(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(
        lambda name, variables: bad_gateway() if name == DETAILS and variables["files"] else None
    )

    sync_recent(team)

    assert PullRequest.objects.get().files.count() == 1
    assert github.count("More_files") == 1


def test_a_pull_request_that_is_gone_is_a_gap_that_says_so(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))

    def delete_the_second(name, variables):
        if name == DETAILS:
            github.pull_requests["R_acme/web"] = github.pull_requests["R_acme/web"][:1]

    github.faults.append(delete_the_second)
    sync_recent(team)

    assert stored(team) == {1}
    gap = PullRequestKey.objects.get(number=2)
    assert gap.gap_reason == "GitHub does not have this pull request any more."


def test_deleted_accounts_are_one_ghost_and_lose_nothing(github, team):
    ghostly = pull_request(
        1, author=None, mergedBy=None, reviews=connected([review(1, author=None)])
    )
    track(team, github.add_repository("acme/web", ghostly, pull_request(2, author=None)))

    sync_recent(team)

    assert {found.author.kind for found in PullRequest.objects.all()} == {"ghost"}
    assert PullRequest.objects.get(number=1).reviews.get().author.login == "ghost"
    assert PullRequest.objects.get(number=1).merged_by.kind == "ghost"


# --- Crashes, limits, refusals -----------------------------------------------------------------


def test_a_run_after_a_crash_goes_on_with_what_is_pending(github, team, monkeypatch):
    monkeypatch.setitem(settings.HISTORICAL_SYNC_CONFIG, "github_parallel", 1)
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    crash = iter([None, None])

    def crash_at_the_third_page(name, variables):
        if name == DETAILS and next(crash, "crash") == "crash":
            raise SystemError("kill -9")

    github.faults.append(crash_at_the_third_page)
    with pytest.raises(SystemError):
        sync_recent(team)
    assert len(stored(team)) == 50
    github.faults.clear()
    github.asked.clear()

    sync_recent(team)

    assert len(stored(team)) == 100
    assert github.count(DETAILS) == 2
    assert github.count(KEYS) == 1  # the catch-up


def test_a_run_that_stores_nothing_new_is_no_progress(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_2@acme/web" in variables["ids"] else None
        )
    )
    first = claim(team, Status.SYNCING)
    sync.recent(first)
    attempts_after_the_first = first.attempts_now()

    again = claim(team, Status.SYNCING)
    sync.recent(again)

    assert attempts_after_the_first == 0
    assert again.attempts_now() == 1


def test_a_secondary_limit_stores_what_is_in_hand_and_postpones_without_counting(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(once(DETAILS, too_fast(60)))

    with pytest.raises(GitHubTooFast) as caught:
        sync_recent(team)

    assert caught.value.retry_after == 60
    assert caught.value.counts is False
    assert len(stored(team)) == 75


def test_a_short_pause_is_waited_for_in_the_call(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, too_fast(1)))

    sync_recent(team)

    assert stored(team) == {1}


def test_a_used_up_budget_postpones_until_the_reset(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, data({}, {"type": "RATE_LIMIT", "message": "exceeded"})))

    with pytest.raises(GitHubRateLimited, match=r"GitHub allows more requests at \d\d:\d\d UTC\."):
        sync_recent(team)


def test_a_revoked_token_ends_the_step_with_what_to_do(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(
        always(DETAILS, lambda: httpx.Response(401, json={"message": "Bad credentials"}))
    )

    with pytest.raises(PermanentError, match="Reconnect GitHub"):
        sync_recent(team)


def test_one_repository_that_is_gone_does_not_stop_the_others(github, team):
    gone = track(team, "R_acme/gone")
    here = track(team, github.add_repository("acme/here", pull_request(1)))

    sync_recent(team)

    gone.refresh_from_db()
    here.refresh_from_db()
    assert gone.sync_status == "failed"
    assert "may not see it" in gone.sync_error
    assert here.sync_status == "completed"


def test_a_repository_that_refuses_its_list_fails_alone(github, team):
    closed = track(team, github.add_repository("acme/closed", pull_request(1)))
    track(team, github.add_repository("acme/open", pull_request(2)))

    def refuse(name, variables):
        if name == KEYS and variables["repository"] == closed.node_id:
            saml = problem("FORBIDDEN", "node", extensions={"saml_failure": True})
            return data({"node": None}, saml)
        return None

    github.faults.append(refuse)
    sync_recent(team)

    closed.refresh_from_db()
    assert closed.sync_status == "failed"
    assert "single sign-on" in closed.sync_error
    assert stored(team) == {2}


def test_a_list_that_github_gives_up_on_fails_alone(github, team):
    huge = track(team, github.add_repository("acme/huge", pull_request(1)))
    track(team, github.add_repository("acme/small", pull_request(2)))

    def give_up(name, variables):
        return bad_gateway() if variables.get("repository") == huge.node_id else None

    github.faults.append(give_up)
    sync_recent(team)

    huge.refresh_from_db()
    assert huge.sync_status == "failed"
    assert "list of pull requests" in huge.sync_error
    assert stored(team) == {2}


def test_a_list_that_passes_in_smaller_pages_is_read(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 90)]))
    github.faults.append(
        lambda name, variables: bad_gateway() if name == KEYS and variables["first"] > 25 else None
    )

    sync_recent(team)

    assert len(stored(team)) == 89


def test_when_every_repository_fails_the_step_fails_with_the_reason(github, team):
    track(team, "R_acme/gone")
    track(team, "R_acme/lost")

    with pytest.raises(PermanentError, match=r"None of the .* acme/gone: .* acme/lost"):
        sync_recent(team)


def test_a_disabled_repository_is_named_as_such(github, team):
    track(team, github.add_repository("acme/web", isDisabled=True))

    with pytest.raises(PermanentError, match="GitHub has disabled this repository"):
        sync_recent(team)


def test_without_a_selection_the_step_fails_with_the_reason(github, team):
    with pytest.raises(PermanentError, match="No repository is selected"):
        sync_recent(team)


def test_a_renamed_repository_is_followed_by_its_id(github, team):
    repository = track(team, github.add_repository("acme/old", pull_request(1)))
    github.repositories[repository.node_id]["nameWithOwner"] = "acme/new"

    sync_recent(team)

    repository.refresh_from_db()
    assert repository.name_with_owner == "acme/new"
    assert stored(team) == {1}


def test_a_worker_that_was_overtaken_writes_nothing_more(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    taken = claim(team, Status.SYNCING)
    rows().filter(pk=team.pk).update(pipeline_ticket=taken.ticket + 1)

    with pytest.raises(TicketLost):
        sync.recent(taken)

    assert stored(team) == set()


def test_hooks_hear_of_each_repository(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    heard = []

    def hook(**told):
        heard.append((told["repository"], told["status"], told["pull_requests"]))

    repository_synced.connect(hook, weak=False)
    try:
        sync_recent(team)
    finally:
        repository_synced.disconnect(hook)

    assert heard == [("acme/web", "completed", 2)]


# --- What a watcher of every batch sees --------------------------------------------------------


@dataclass(frozen=True)
class WatchedClaim(Claim):
    """Notes after each batch how many statements it took, and how far the repository is."""

    statements: list[int] = field(default_factory=list)
    percentages: list[int] = field(default_factory=list)

    @contextmanager
    def batch(self, *, progress=False, **columns):
        with (
            CaptureQueriesContext(connection) as captured,
            super().batch(progress=progress, **columns),
        ):
            yield
        self.statements.append(len(captured))
        self.percentages.extend(TrackedRepository.objects.values_list("sync_progress", flat=True))


def watched(taken: Claim) -> WatchedClaim:
    return WatchedClaim(row=taken.row, ticket=taken.ticket, status=taken.status)


def test_the_percentage_never_falls_and_is_100_only_at_the_end(github, team):
    prs = [pull_request(n, days_old=n / 20) for n in range(1, 320)]
    track(team, github.add_repository("acme/web", *prs))
    github.faults.append(touch_when_details_are_asked(github, number=300))
    taken = watched(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert taken.percentages == sorted(taken.percentages)
    assert taken.percentages[0] == 0
    assert taken.percentages[-1] == 100
    assert len(set(taken.percentages)) > 2


def touch_when_details_are_asked(github: FakeGitHub, *, number: int) -> Fault:
    def touch(name, variables):
        if name == DETAILS:
            github.touch("acme/web", number, NOW)

    return touch


@pytest.mark.parametrize("amount", [2, 25])
def test_a_page_costs_a_handful_of_statements_whatever_it_holds(github, team, amount):
    many = [
        pull_request(
            number,
            author=user(f"author-{number}"),
            reviews=connected([review(number * 100 + k) for k in range(5)]),
            commits=connected([commit(number * 100 + k) for k in range(8)]),
            files=connected([file(k) for k in range(20)]),
        )
        for number in range(1, amount + 1)
    ]
    track(team, github.add_repository("acme/web", *many))
    taken = watched(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert len(stored(team)) == amount
    assert max(taken.statements) <= 16


def test_the_token_is_sent_and_never_logged(github, team, caplog):
    caplog.set_level("DEBUG")
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, bad_gateway()))

    sync_recent(team)

    assert github.tokens == {"Bearer ghp_secret"}
    assert "ghp_secret" not in caplog.text
