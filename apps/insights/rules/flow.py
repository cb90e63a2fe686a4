"""Rules on how merged pull requests flowed: first reviews, merges, sizes, stages."""

from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from apps.insights.material import Material, with_flow
from apps.insights.rules.finding import Finding, counted, hours, keys, percent, percent_below
from apps.insights.thresholds import Number
from apps.metrics.facts import Facts
from apps.metrics.figures import Figure, apart, median_of
from apps.metrics.formulas import (
    DURATIONS,
    STAGES,
    Flow,
    cycle_time,
    merged_within,
    pickup_time,
)

STAGE_NAMES = {
    "coding_time": "coding before it is ready",
    "pickup_time": "waiting for the first review",
    "review_time": "being reviewed",
    "merge_time": "waiting for the merge after approval",
    "unreviewed_wait": "waiting without a review",
}


def slow_first_review(material: Material) -> Finding | None:
    """I-01: half of the reviewed pull requests waited more than a day for the first review."""
    limits = material.limits.of("I-01")
    waits = [
        (wait, pull_request)
        for pull_request, flow in material.flows
        if (wait := pickup_time(flow)) is not None
    ]
    limit = limits["hours"] * 3600
    if len(waits) < limits["n"]:
        return None
    middle = median(wait for wait, _ in waits)
    if middle <= limit:
        return None
    slow = [(wait, pull_request) for wait, pull_request in waits if wait > limit]
    slow.sort(key=lambda pair: -pair[0])
    numbers = {
        "median_hours": hours(middle),
        "limit_hours": limits["hours"],
        "slower": len(slow),
        "reviewed": len(waits),
    }
    return Finding(
        title="First reviews take long",
        sentence=(
            "Half of the pull requests waited {median_hours} hours or more for their first review; "
            "{slower} of {reviewed} waited longer than {limit_hours} hours."
        ).format(**numbers),
        numbers=numbers,
        n=len(waits),
        period=material.recent,
        pull_requests=keys(pull_request for _, pull_request in slow),
    )


def slow_merges(material: Material) -> Finding | None:
    """I-04: fewer than 80 % were merged within 48 hours of ready."""
    limits = material.limits.of("I-04")
    limit = timedelta(hours=limits["hours"])
    slow = [pull_request for pull_request, flow in material.flows if not merged_within(flow, limit)]
    n = len(material.flows)
    if n < limits["n"] or 100 * (n - len(slow)) >= limits["percent"] * n:
        return None
    numbers = {
        "merged_in_time": n - len(slow),
        "merged": n,
        "percent": percent_below((n - len(slow)) / n, limits["percent"]),
        "limit_hours": limits["hours"],
        "goal_percent": limits["percent"],
    }
    return Finding(
        title="Ready pull requests stay open",
        sentence=(
            "{merged_in_time} of {merged} pull requests ({percent} %) were merged within "
            "{limit_hours} hours of being ready, below the {goal_percent} % that the rule asks for."
        ).format(**numbers),
        numbers=numbers,
        n=n,
        period=material.recent,
        pull_requests=keys(slow),
    )


def big_batches(material: Material) -> Finding | None:
    """I-05: more than a quarter changed over 400 lines, or the median did."""
    limits = material.limits.of("I-05")
    sized = [
        (pull_request.size, pull_request)
        for pull_request, _ in material.flows
        if pull_request.size is not None
    ]
    big = sorted((pair for pair in sized if pair[0] > limits["lines"]), key=lambda pair: -pair[0])
    if len(sized) < limits["n"]:
        return None
    middle = median(size for size, _ in sized)
    if 100 * len(big) <= limits["percent"] * len(sized) and middle <= limits["lines"]:
        return None
    numbers = {
        "big": len(big),
        "merged": len(sized),
        "percent": percent(len(big) / len(sized)),
        "limit_lines": limits["lines"],
        "median_lines": round(middle),
    }
    return Finding(
        title="Many large pull requests",
        sentence=(
            "{big} of {merged} pull requests ({percent} %) changed more than {limit_lines} lines; "
            "the median is {median_lines}. Generated files are left out."
        ).format(**numbers),
        numbers=numbers,
        n=len(sized),
        period=material.recent,
        pull_requests=keys(pull_request for _, pull_request in big),
    )


def cycle_time_moved(material: Material) -> Finding | None:
    """I-09: the median cycle time of the last 4 full weeks is 30 % off the 8 before, for sure."""
    limits = material.limits.of("I-09")
    weeks = material.older_and_newer()
    if weeks is None:
        return None
    before, now = (_cycle_time(pull_requests) for pull_requests in weeks)
    if before.n < limits["n_before"] or now.n < limits["n"]:
        return None
    if not before.value or now.value is None:
        return None
    change = now.value / before.value - 1
    if abs(change) < limits["percent"] / 100 or not apart(before, now):
        return None
    numbers = {
        "before_hours": hours(before.value),
        "now_hours": hours(now.value),
        "before_pull_requests": before.n,
        "now_pull_requests": now.n,
    }
    return Finding(
        title="Cycle time went up" if change > 0 else "Cycle time went down",
        sentence=(
            "The median cycle time went from {before_hours} hours ({before_pull_requests} pull "
            "requests) to {now_hours} hours ({now_pull_requests}) in the last four full weeks."
        ).format(**numbers),
        numbers=numbers,
        n=before.n + now.n,
        period=material.compared,
        pull_requests=keys(
            pull_request for pull_request, flow in with_flow(weeks[1]) if flow.first_commit
        ),
    )


def one_stage_dominates(material: Material) -> Finding | None:
    """
    I-10: the median of one stage is more than half of the median cycle time.

    Both of the same pull requests: those whose first commit is known. A stage that fewer than half
    of them pass through is not where most of the time goes.
    """
    limits = material.limits.of("I-10")
    flows = [pair for pair in material.flows if pair[1].first_commit]
    cycle = median_of((cycle_time(flow) for _, flow in flows), "seconds")
    if cycle.n < limits["n"] or not cycle.value:
        return None
    stages = {
        name: median_of((DURATIONS[name](flow) for _, flow in flows), "seconds") for name in STAGES
    }
    enough = max(limits["n"], cycle.n / 2)
    known = {name: stage for name, stage in stages.items() if stage.n >= enough}
    longest = max(known, key=lambda name: known[name].value or 0, default="")
    stage = known.get(longest)
    if stage is None or 100 * (stage.value or 0) <= limits["percent"] * cycle.value:
        return None
    numbers = {
        "stage_hours": hours(stage.value or 0),
        "cycle_hours": hours(cycle.value),
        "pull_requests": stage.n,
        "with_cycle": cycle.n,
    }
    return Finding(
        title=f"In a typical pull request most of the time goes into {STAGE_NAMES[longest]}",
        sentence=(
            f"{STAGE_NAMES[longest].capitalize()} takes a median of {{stage_hours}} hours over "
            f"{counted(stage.n, 'pull request')}; the median cycle time of {{with_cycle}} is "
            "{cycle_hours} hours."
        ).format(**numbers),
        numbers=numbers,
        n=stage.n,
        period=material.recent,
        pull_requests=_dominated_by(longest, flows, limits["percent"]),
    )


def _dominated_by(
    stage: str, flows: Iterable[tuple[Facts, Flow]], percent: Number
) -> tuple[int, ...]:
    def share(pair: tuple[Facts, float | None, float | None]) -> bool:
        _, part, cycle = pair
        return part is not None and cycle is not None and 100 * part > percent * cycle

    parts = ((pr, DURATIONS[stage](flow), cycle_time(flow)) for pr, flow in flows)
    return keys(part[0] for part in parts if share(part))


def _cycle_time(pull_requests: tuple[Facts, ...]) -> Figure:
    return median_of((cycle_time(flow) for _, flow in with_flow(pull_requests)), "seconds")
