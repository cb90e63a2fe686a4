"""One limit for all processes over a real Valkey, and for each its own while that is away."""

import multiprocessing
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import redis

from apps.core.redis_script import redis_url
from apps.github.api.credentials import PlainToken, Priority
from apps.github.api.errors import GitHubTooFast
from apps.github.api.limiter import (
    MOST_BUDGETS,
    Limiter,
    SharedLimits,
    limiter_of,
    limits_of,
)
from apps.github.api.limits import Limits, rules
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.limits_in_redis import LimitsInRedis
from tests.github.stories import RULES, Clock, Valkey, needs_server

LIMIT = 5  # requests at once


@pytest.fixture
def server(tmp_path):
    with Valkey(tmp_path) as running:
        yield running


@pytest.fixture
def broker(server, settings) -> redis.Redis:
    settings.CELERY_BROKER_URL = server.url
    with redis.Redis(unix_socket_path=server.socket) as client:
        yield client


def impatient(limits: Limits) -> Limiter:
    ours = limiter(limits)
    ours.wait_no_more()
    return ours


def limiter(limits: Limits) -> Limiter:
    return Limiter(limits, priority=Priority.PHASE1, at_once=RULES.start)


# --- One limit for all processes ----------------------------------------------------------------


@needs_server
def test_processes_and_their_threads_share_one_limit_and_never_exceed_it(broker, settings):
    settings.HISTORICAL_SYNC_CONFIG = {
        **settings.HISTORICAL_SYNC_CONFIG,
        "github_parallel_max": LIMIT,
    }
    with limiter_of("user:1", priority=Priority.PHASE1).enter():
        pass  # this process has a connection now, which no child may use
    context = multiprocessing.get_context("fork")
    flying, peak, done = (context.Value("i", 0) for _ in range(3))

    children = [context.Process(target=ask_much, args=(flying, peak, done)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=120)

    assert [child.exitcode for child in children] == [0, 0, 0]
    assert done.value == 3 * 30
    assert peak.value == LIMIT


def ask_much(flying, peak, done) -> None:
    """In a process of its own: thirty requests, six at once if nobody limited them.

    Each takes as long as the limit is not reached, so a slow machine reaches it too.
    """
    ours = limiter_of("user:1", priority=Priority.PHASE1)

    def ask(number: int) -> None:
        with ours.enter():
            with flying.get_lock():
                flying.value += 1
                peak.value = max(peak.value, flying.value)
            for _ in range(3_000):
                time.sleep(0.02)
                if peak.value >= LIMIT:
                    break
            with flying.get_lock():
                flying.value -= 1
        with done.get_lock():
            done.value += 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(30)))


@needs_server
def test_what_one_process_is_refused_all_know(server):
    one, other = (LimitsInRedis(redis_url(server.url), "user:1", RULES) for _ in range(2))
    with pytest.raises(GitHubTooFast), limiter(one).enter():
        raise GitHubTooFast("pause", retry_after=60)

    with pytest.raises(GitHubTooFast, match="GitHub asks for a pause until"):
        limiter(other).enter()


@needs_server
def test_budgets_do_not_touch_each_other(server):
    one, other = (LimitsInRedis(redis_url(server.url), name, RULES) for name in ("a", "b"))
    with pytest.raises(GitHubTooFast), limiter(one).enter():
        raise GitHubTooFast("pause", retry_after=60)

    with limiter(other).enter():
        assert limiter(other).at_once() == RULES.start


@needs_server
def test_a_question_and_a_report_cost_one_round_trip_each(broker):
    ours = limiter_of("user:1", priority=Priority.WEB)
    with ours.enter():
        pass
    before = calls(broker)

    for _ in range(10):
        with ours.enter():
            pass

    inside = {"get", "set", "time"}  # the script
    assert {name: n for name, n in (calls(broker) - before).items() if name not in inside} == {
        "evalsha": 20,
        "info": 1,  # our own
    }


def calls(broker: redis.Redis) -> Counter[str]:
    """How often each command has been called."""
    stats = broker.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): n["calls"] for name, n in stats.items()})


@needs_server
def test_nothing_stays_for_ever_and_nothing_is_secret(broker):
    token = PlainToken("ghp_secret")
    with limiter_of(token.budget, priority=Priority.WEB).enter():
        [key] = broker.keys()
        assert key.decode() == f"mergelight:github:{token.budget}"
        assert b"ghp_" not in key + broker.get(key)
        assert 0 < broker.ttl(key) <= RULES.memory


# --- Without Redis ------------------------------------------------------------------------------


@needs_server
def test_while_redis_is_away_the_process_limits_itself_until_it_is_back(tmp_path):
    now = Clock()
    with Valkey(tmp_path) as server:
        shared = LimitsInRedis(redis_url(server.url), "user:1", RULES)
        limits = SharedLimits(shared, LimitsInProcess(RULES), now=now)
        before = limiter(limits).enter()

    with before:
        pass
    with ExitStack() as alone:
        for _ in range(RULES.start):
            alone.enter_context(limiter(limits).enter())
        with pytest.raises(GitHubTooFast):
            impatient(limits).enter()

        with Valkey(tmp_path) as server, redis.Redis(unix_socket_path=server.socket) as broker:
            with pytest.raises(GitHubTooFast):
                impatient(limits).enter()
            assert broker.keys() == []
            now.now += 10
            with limiter(limits).enter():
                assert broker.keys() == [b"mergelight:github:user:1"]

            alone.close()
            now.now += 10
            server.process.kill()
            server.process.wait()
            with limiter(limits).enter():  # what began alone has freed its places
                pass


@needs_server
def test_a_redis_that_hangs_is_away(server):
    shared = LimitsInRedis(redis_url(server.url), "user:1", RULES)
    limits = SharedLimits(shared, LimitsInProcess(RULES))
    server.process.send_signal(signal.SIGSTOP)

    with limiter(limits).enter() as slot:
        assert slot.headers == {}


@needs_server
def test_a_redis_that_was_started_anew_is_asked_at_once(tmp_path):
    with Valkey(tmp_path) as server:
        shared = LimitsInRedis(redis_url(server.url), "user:1", RULES)
        with limiter(shared).enter():
            pass

    with Valkey(tmp_path), limiter(shared).enter():
        assert limiter(shared).at_once() == RULES.start


@pytest.mark.parametrize("url", ["memory://", "filesystem://", "amqp://guest@mq//"])
def test_a_broker_that_is_no_redis_leaves_each_process_to_itself(settings, url):
    settings.CELERY_BROKER_URL = url

    assert isinstance(limits_of("user:1"), LimitsInProcess)


@pytest.mark.parametrize(
    ("broker_url", "expected"),
    [
        ("redis://:word@cache:6379/2", "redis://:word@cache:6379/2"),
        ("rediss://cache", "rediss://cache"),
        ("redis+socket:///run/valkey.sock", "unix:///run/valkey.sock?db=0"),
        ("redis+socket:///run/valkey.sock?virtual_host=3", "unix:///run/valkey.sock?db=3"),
        ("filesystem://", ""),
    ],
)
def test_the_broker_is_found_by_its_url(broker_url, expected):
    assert redis_url(broker_url) == expected


def test_all_clients_of_a_process_share_what_it_knows_of_a_budget():
    found, gate = [], threading.Barrier(4)

    def look(number: int) -> None:
        gate.wait(timeout=10)
        found.append(limits_of("user:1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))

    assert len(set(found)) == 1
    assert limits_of("user:2") is not found[0]


def test_of_more_budgets_than_a_process_needs_the_last_used_are_known():
    made = [limits_of(f"user:{number}") for number in range(MOST_BUDGETS)]
    limits_of("user:0")

    limits_of("one more")

    assert limits_of("user:0") is made[0]
    assert limits_of("user:2") is made[2]
    assert limits_of("user:1") is not made[1]


def test_the_start_is_never_above_the_most(settings):
    settings.HISTORICAL_SYNC_CONFIG = {
        **settings.HISTORICAL_SYNC_CONFIG,
        "github_parallel": 8,
        "github_parallel_max": 3,
    }

    assert rules().start == 3
