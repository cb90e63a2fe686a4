"""One window for all processes over a real Valkey, and for each its own while that is away."""

import multiprocessing
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from apps.core.redis_script import redis_url
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqClient,
    GroqRateLimited,
    GroqUnavailable,
    RequestTooLarge,
    Usage,
)
from apps.llm.limits.limiter import (
    JITTER,
    Limiter,
    SharedLimits,
    limiter_of,
    limits_of,
    report_of,
)
from apps.llm.limits.limits import Budget, Outcome, Report
from apps.llm.limits.limits_in_process import LimitsInProcess
from apps.llm.limits.limits_in_redis import LimitsInRedis
from tests.github.stories import Valkey
from tests.llm.limits.stories import PHASE1, PHASE2, RULES, Clock, needs_server

MODEL = "openai/gpt-oss-20b"
HEADERS = {"x-ratelimit-limit-tokens": "10000", "x-ratelimit-remaining-tokens": "9000"}


@pytest.fixture
def server(tmp_path):
    with Valkey(tmp_path) as running:
        yield running


@pytest.fixture
def broker(server, settings):
    settings.CELERY_BROKER_URL = server.url
    with redis.Redis(unix_socket_path=server.socket) as client:
        yield client


def limiter(limits, priority=PHASE1):
    return Limiter(limits, priority=priority)


def enter(ours, tokens=1_000, pauses=None):
    return ours.enter(tokens, pause=[].append if pauses is None else pauses.append)


# --- One window for all processes ---------------------------------------------------------------


@needs_server
def test_processes_and_their_threads_share_one_window_and_never_exceed_it(broker):
    with enter(limiter_of("key", MODEL, priority=PHASE1)):
        pass  # this process has a connection now, which no child may use
    context = multiprocessing.get_context("fork")
    went, refused = context.Value("i", 0), context.Value("i", 0)

    children = [context.Process(target=ask_much, args=(went, refused)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=60)

    assert [child.exitcode for child in children] == [0, 0, 0]
    assert went.value == 7  # of 8,000 tokens, besides the first
    assert refused.value == 3 * 8 - 7


def ask_much(went, refused) -> None:
    """In a process of its own: eight calls at once."""
    ours = limiter_of("key", MODEL, priority=PHASE1)

    def ask(number: int) -> None:
        try:
            with ours.enter(1_000, pause=time.sleep):
                time.sleep(0.2)
            counter = went
        except GroqRateLimited:
            counter = refused
        with counter.get_lock():
            counter.value += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))


@needs_server
def test_what_one_process_is_refused_all_know(server):
    one, other = (LimitsInRedis(redis_url(server.url), "key", RULES) for _ in range(2))
    with pytest.raises(GroqRateLimited), enter(limiter(one)):
        raise GroqRateLimited("no", retry_after=60)

    with pytest.raises(GroqRateLimited, match="limit per minute") as caught:
        enter(limiter(other, PHASE2))
    assert caught.value.retry_after == 60


@needs_server
def test_keys_and_models_do_not_touch_each_other(broker):
    with pytest.raises(GroqRateLimited), enter(limiter_of("key", MODEL, priority=PHASE1)):
        raise GroqRateLimited("no", retry_after=60)

    for key, model in (("key", "openai/gpt-oss-120b"), ("another", MODEL)):
        with enter(limiter_of(key, model, priority=PHASE1)):
            pass


@needs_server
def test_a_question_and_a_report_cost_one_round_trip_each(broker):
    ours = limiter_of("key", MODEL, priority=PHASE1)
    with enter(ours):
        pass
    before = calls(broker)

    for _ in range(5):
        with enter(ours):
            pass

    inside = {"get", "set", "time"}  # the script
    assert {name: n for name, n in (calls(broker) - before).items() if name not in inside} == {
        "evalsha": 10,
        "info": 1,  # our own
    }


def calls(broker):
    """How often each command has been called."""
    stats = broker.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): n["calls"] for name, n in stats.items()})


@needs_server
def test_nothing_stays_for_ever_and_the_key_stands_nowhere(broker):
    with GroqClient("gsk_secret") as client:
        ours = limiter_of(client.budget, client.model, priority=PHASE1)
    with enter(ours):
        [name] = broker.keys()

    assert b"secret" not in name + broker.get(name)
    assert name.startswith(b"mergelight:llm:")
    assert 0 < broker.ttl(name) <= RULES.memory


# --- Without Redis ------------------------------------------------------------------------------


@needs_server
def test_while_redis_is_away_each_process_limits_itself_and_then_all_together_again(server):
    clock = Clock()
    own = LimitsInProcess(RULES)
    shared = SharedLimits(LimitsInRedis(redis_url(server.url), "key", RULES), own, now=clock)
    with enter(limiter(shared), 7_000):
        pass
    server.process.kill()
    server.process.wait()

    with enter(limiter(shared), 7_000):  # its own window is empty
        pass
    with pytest.raises(GroqRateLimited):
        enter(limiter(shared), 7_000)

    clock.now += 11
    with Valkey(Path(server.socket).parent), enter(limiter(shared), 7_000):
        pass


def test_without_redis_a_process_knows_one_window_for_all_its_threads(settings):
    settings.CELERY_BROKER_URL = "memory://"

    assert limits_of("key:model") is limits_of("key:model")
    assert isinstance(limits_of("key:model"), LimitsInProcess)


# --- What a call's end tells --------------------------------------------------------------------


def completion(**usage):
    return Completion({}, MODEL, headers=HEADERS, **usage)


def with_usage(error, usage=None):
    error.usage, error.headers = usage, HEADERS
    return error


def timeout():
    error = GroqUnavailable("late")
    error.may_count = True
    return error


@pytest.mark.parametrize(
    ("end", "report"),
    [
        (
            completion(prompt_tokens=900, cached_tokens=600, completion_tokens=50),
            Report(Outcome.CLEAN, 350, budget=Budget(10_000, 9_000)),
        ),
        (
            with_usage(AnswerInvalid("cut"), Usage(900, 0, 700)),
            Report(Outcome.CLEAN, 1_600, budget=Budget(10_000, 9_000)),
        ),
        (AnswerInvalid("form"), Report(Outcome.CLEAN)),
        (RequestTooLarge("large"), Report(Outcome.CLEAN, 0)),
        (GroqUnavailable("down"), Report(Outcome.FAILED, 0)),
        (timeout(), Report(Outcome.FAILED)),
        (GroqRateLimited("no", retry_after=2.0), Report(Outcome.TOO_FAST, 0, wait=2.0)),
        (
            GroqRateLimited("no", retry_after=900.0, per_day=True),
            Report(Outcome.USED_UP, 0, wait=900.0),
        ),
        (KeyboardInterrupt(), Report(Outcome.FAILED)),
        (None, Report(Outcome.FAILED)),
    ],
)
def test_what_limits_are_told_of_an_end(end, report):
    assert report_of(end) == report


def test_a_pause_of_all_is_left_at_different_moments():
    ours = limiter(LimitsInProcess(RULES, clock=Clock()))
    with pytest.raises(GroqRateLimited), enter(ours):
        raise GroqRateLimited("no", retry_after=2.0)
    pauses = Pauses(20)

    with pytest.raises(StopIteration):
        enter(ours, pauses=pauses)

    assert all(2.0 <= pause <= 2.0 + JITTER for pause in pauses.slept)
    assert len(set(pauses.slept)) > 10


class Pauses:
    """Sleeps so often, and no more."""

    def __init__(self, times):
        self.slept, self.times = [], times

    def append(self, seconds):
        if len(self.slept) == self.times:
            raise StopIteration
        self.slept.append(seconds)


def test_whoever_stops_waiting_leaves_the_line():
    limits = LimitsInProcess(RULES, clock=Clock())
    with enter(limiter(limits), 8_000), pytest.raises(StopIteration):
        enter(limiter(limits), 8_000, pauses=Pauses(1))

    assert not limits._state.waiting


def test_the_limit_of_a_day_says_when_it_ends():
    ours = limiter(LimitsInProcess(RULES, clock=Clock()))
    with pytest.raises(GroqRateLimited), enter(ours):
        raise GroqRateLimited("no", retry_after=7200.0, per_day=True)

    with pytest.raises(GroqRateLimited, match=r"limit per day .* at \d\d:\d\d UTC") as caught:
        enter(ours)
    assert caught.value.per_day
    assert caught.value.retry_after == 7200
