"""A request waits for its turn as long as its step lives, and for GitHub a little."""

import threading
import time
from dataclasses import replace

import pytest

from apps.github.api.credentials import Priority
from apps.github.api.errors import GitHubRateLimited, GitHubTooFast
from apps.github.api.limiter import PATIENCE, Limiter, limiter_of
from apps.github.api.limits import Answer, Limits, Rules
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.connecting.connections import credentials_of
from apps.github.syncing import sync
from apps.pipeline.claims import Claim, TicketLost
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import KEYS, pull_request
from tests.github.running import track
from tests.github.stories import RULES, Clock


def limiter(limits: Limits, sleep=time.sleep) -> Limiter:
    return Limiter(limits, priority=Priority.PHASE1, at_once=RULES.start, sleep=sleep)


class Overheard(LimitsInProcess):
    """Tells whoever listens of each question."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.asked = threading.Semaphore(0)

    def ask(self, lease: str, priority: Priority, holder: str) -> Answer:
        try:
            return super().ask(lease, priority, holder)
        finally:
            self.asked.release()


def test_a_request_waits_for_a_free_place():
    limits, slept = LimitsInProcess(replace(RULES, start=1, most=1)), []
    first = limiter(limits).enter()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            with first:
                pass

    with limiter(limits, sleep).enter():
        assert len(slept) == 3


def test_a_turn_is_waited_for_as_long_as_it_takes():
    clock, slept = Clock(), []
    limits = LimitsInProcess(replace(RULES, start=1, most=1, lease=7200.0), clock=clock)
    limiter(limits).enter()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    with limiter(limits, sleep).enter():
        assert sum(slept) == pytest.approx(7200, abs=2)
        assert len(slept) < 7300


def test_a_page_does_not_wait_for_its_turn_for_ever():
    limits, slept = LimitsInProcess(replace(RULES, start=1, web_beyond=0, lease=7200.0)), []
    limiter(limits).enter()
    page = Limiter(limits, priority=Priority.WEB, at_once=1, sleep=slept.append)

    with pytest.raises(GitHubTooFast, match="under way") as caught:
        page.enter()

    assert caught.value.retry_after == 5
    assert PATIENCE - 1 < sum(slept) <= PATIENCE


def test_whoever_is_told_to_wait_no_more_leaves_the_line_at_once():
    limits = Overheard(replace(RULES, start=1, most=1, lease=7200.0))
    first, ours, refused = limiter(limits).enter(), limiter(limits, None), []

    def wait() -> None:
        with pytest.raises(GitHubTooFast, match="under way"):
            ours.enter()
        refused.append(True)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(1 + len(threads)):
        assert limits.asked.acquire(timeout=10)
    ours.wait_no_more()
    for thread in threads:
        thread.join(timeout=10)

    assert refused == [True] * 3
    with first:
        pass
    with limiter(limits, None).enter() as slot:  # nobody is before it in the line
        assert slot.headers == {}


def test_what_need_not_wait_may_still_begin_then():
    ours = limiter(LimitsInProcess(RULES), None)
    ours.wait_no_more()

    with ours.enter() as slot:
        assert slot.headers == {}


def test_a_short_pause_of_github_is_slept_through_and_a_long_one_is_not():
    clock, slept = Clock(), []
    limits = LimitsInProcess(RULES, clock=clock)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    ours = limiter(limits, sleep)
    for wait in (5, 6):
        with pytest.raises(GitHubTooFast), ours.enter():
            raise GitHubTooFast("pause", retry_after=wait)
        if wait == 5:
            with ours.enter():
                pass

    with pytest.raises(GitHubTooFast):
        ours.enter()
    assert slept == [5]


def test_used_up_points_are_told_from_too_many_requests():
    ours = limiter(LimitsInProcess(RULES))
    with pytest.raises(GitHubRateLimited), ours.enter():
        raise GitHubRateLimited("used up", retry_after=900)

    with pytest.raises(GitHubRateLimited, match=r"GitHub allows more requests at \d\d:\d\d UTC\.$"):
        ours.enter()


# --- A step in line -----------------------------------------------------------------------------


class Overtaken(Claim):
    """Its row is moved while it waits."""

    def heartbeat(self) -> None:
        raise TicketLost


@pytest.mark.parametrize(("busy_from", "asked"), [(None, []), (KEYS, ["RepositoriesById", KEYS])])
def test_a_step_whose_row_has_moved_leaves_the_line_and_asks_nothing_more(
    github, team, settings, busy_from, asked
):
    settings.HISTORICAL_SYNC_CONFIG = {**settings.HISTORICAL_SYNC_CONFIG, "github_parallel_max": 1}
    track(team, github.add_repository("acme/web", pull_request(1)))
    pages = limiter_of(credentials_of(team).budget, priority=Priority.WEB)
    if busy_from is None:
        pages.enter()
    else:
        github.faults.append(lambda name, _: pages.enter() and None if name == busy_from else None)

    with pytest.raises(TicketLost):
        sync.recent(Overtaken(**vars(claim(team, Status.SYNCING))))

    assert [name for name, _ in github.asked] == asked
