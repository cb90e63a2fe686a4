"""The limits in Redis and those in a process decide alike, whatever happens."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.llm.limits.limits import Budget, Outcome, Priority, Report
from apps.llm.limits.limits_in_process import LimitsInProcess
from apps.llm.limits.limits_in_redis import LimitsInRedis
from tests.llm.limits.stories import RULES, Clock, budgets, needs_server

steps = st.one_of(
    st.tuples(
        st.just("ask"),
        st.sampled_from(Priority),
        st.sampled_from(["x", "team:1", "team:2"]),
        st.sampled_from([1, 700, 2_000, 9_000]),
    ),
    st.tuples(
        st.just("tell"),
        st.integers(0, 30),
        st.builds(
            Report,
            outcome=st.sampled_from([Outcome.CLEAN] * 3 + list(Outcome)),
            tokens=st.sampled_from([0, 300, 2_500, None]),
            wait=st.sampled_from([1.0, 30.0, None]),
            budget=st.none()
            | st.builds(
                Budget,
                st.sampled_from([8_000, 10_000, 250_000]),
                st.sampled_from([0, 3_000, 8_000]),
                st.sampled_from([None, 2, 900]),
                st.sampled_from([20.0, 600.0]),
            ),
        ),
    ),
    st.tuples(st.just("pass"), st.sampled_from([0.25, 0.5, 3.0, 11.0, 61.0])),
    st.tuples(st.just("again"), st.integers(0, 30)),
)


@needs_server
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(steps, max_size=60), share=st.sampled_from([0.25, 1.0]))
def test_both_decide_alike_whatever_happens(valkey_url, story, share):
    clock, rules = Clock(), replace(RULES, free_requests=6, at_once_free=4, under_way_share=share)
    both = [
        LimitsInProcess(rules, clock=clock),
        LimitsInRedis(valkey_url, next(budgets), rules, clock=clock),
    ]
    asked: list[tuple[str, Priority, str, int]] = []

    for what, *more in story:
        if what == "pass":
            clock.now += more[0]
        elif what == "tell" and asked:
            for limits in both:
                limits.tell(asked[-1 - more[0] % len(asked)][0], more[1])
        elif what != "tell" and (what == "ask" or asked):
            if what == "ask":
                asked.append((f"lease {len(asked)}", *more))
            question = asked[-1] if what == "ask" else asked[-1 - more[0] % len(asked)]
            ours, theirs = [limits.ask(*question) for limits in both]
            assert ours.verdict is theirs.verdict
            assert ours.wait == pytest.approx(theirs.wait, abs=0.0011)
