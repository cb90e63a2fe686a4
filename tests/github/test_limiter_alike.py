"""The limits in Redis and those in a process decide alike, whatever happens."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.github.api.credentials import Priority
from apps.github.api.limits import Outcome, Points, Report
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.limits_in_redis import LimitsInRedis
from tests.github.stories import RULES, Clock, budgets, needs_server

steps = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(Priority), st.sampled_from(["x", "t:1/a", "t:1/b"])),
    st.tuples(
        st.just("tell"),
        st.integers(0, 30),
        st.builds(
            Report,
            outcome=st.sampled_from([Outcome.CLEAN] * 3 + list(Outcome)),
            seconds=st.sampled_from([0.5, 8.0, 60.0]),
            wait=st.sampled_from([1.0, 30.0, None]),
            points=st.none()
            | st.builds(
                Points,
                st.sampled_from([0, 9, 15, 50]),
                st.just(100),
                st.sampled_from([20.0, 600.0]),
            ),
        ),
    ),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 3.0, 11.0, 61.0, 700.0])),
)


@needs_server
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(steps, max_size=60), start=st.sampled_from([1, 4]))
def test_both_decide_alike_whatever_happens(valkey_url, story, start):
    clock, rules = Clock(), replace(RULES, start=start, most=6, requests_a_minute=25)
    both = [
        LimitsInProcess(rules, clock=clock),
        LimitsInRedis(valkey_url, next(budgets), rules, clock=clock),
    ]
    asked: list[tuple[str, Priority]] = []

    for what, *more in story:
        if what == "pass":
            clock.now += more[0]
        elif what == "ask":
            asked.append((f"lease {len(asked)}", more[0]))
            ours, theirs = [limits.ask(*asked[-1], more[1]) for limits in both]
            assert ours == theirs
        elif asked:
            lease = asked[-1 - more[0] % len(asked)]
            ours, theirs = [limits.tell(*lease, more[1]) for limits in both]
            assert ours == theirs
