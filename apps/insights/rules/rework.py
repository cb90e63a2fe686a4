"""Rules on what was done twice: rounds of review, and what was taken back."""

from collections.abc import Sequence
from statistics import median

from apps.insights.material import MATURE_WEEKS, Material
from apps.insights.rules.finding import Finding, keys, percent, whole
from apps.metrics.facts import Facts
from apps.metrics.figures import wilson
from apps.metrics.formulas import REVERT_WITHIN


def more_reverts(material: Material) -> Finding | None:
    """I-11: of the last mature weeks more was reverted, for sure, than of the weeks before."""
    limits = material.limits.of("I-11")
    weeks = material.before_and_mature()
    if weeks is None:
        return None
    before, now = ([pr for pr in some if pr.by_person] for some in (weeks.before, weeks.mature))
    reverted_before, reverted = _reverted(before), _reverted(now)
    if min(len(before), len(now)) < limits["n"] or len(reverted) < limits["reverts"]:
        return None
    at_least, _ = wilson(len(reverted), len(now))
    if at_least is None or at_least <= len(reverted_before) / len(before):
        return None
    numbers = {
        "reverted": len(reverted),
        "merged": len(now),
        "percent": percent(len(reverted) / len(now)),
        "weeks": MATURE_WEEKS,
        "within_days": REVERT_WITHIN.days,
        "reverted_before": len(reverted_before),
        "merged_before": len(before),
        "percent_before": percent(len(reverted_before) / len(before)),
        "weeks_before": weeks.number_before,
    }
    return Finding(
        title="More is reverted than before",
        sentence=(
            "{reverted} of {merged} pull requests ({percent} %) were reverted within {within_days} "
            "days of their merge, in {weeks} full weeks that are old enough to say so; in the "
            "{weeks_before} weeks before it was {reverted_before} of {merged_before} "
            "({percent_before} %)."
        ).format(**numbers),
        numbers=numbers,
        n=len(now),
        period=weeks.period,
        pull_requests=keys(reverted),
    )


def many_rounds(material: Material) -> Finding | None:
    """I-15: half of the reviewed pull requests went back and forth more than twice."""
    limits = material.limits.of("I-15")
    known = [(pr.rounds, pr) for pr, _ in material.flows if pr.rounds is not None]
    if len(known) < limits["n"]:
        return None
    middle = median(rounds for rounds, _ in known)
    if middle <= limits["rounds"]:
        return None
    many = sorted((pair for pair in known if pair[0] > limits["rounds"]), key=lambda pair: -pair[0])
    numbers = {
        "median_rounds": whole(middle),
        "reviewed": len(known),
        "more": len(many),
        "limit_rounds": limits["rounds"],
    }
    return Finding(
        title="Many rounds of review",
        sentence=(
            "The median of {reviewed} reviewed pull requests is {median_rounds} rounds of review; "
            "{more} of them took more than {limit_rounds}."
        ).format(**numbers),
        numbers=numbers,
        n=len(known),
        period=material.recent,
        pull_requests=keys(pull_request for _, pull_request in many),
    )


def _reverted(pull_requests: Sequence[Facts]) -> list[Facts]:
    return [pull_request for pull_request in pull_requests if pull_request.is_reverted]
