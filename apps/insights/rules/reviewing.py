"""Rules on who reviews, and what nobody reviewed. They name no person."""

from collections import Counter, defaultdict

from apps.insights.material import Material
from apps.insights.rules.finding import Finding, keys, percent, percent_below


def merged_without_review(material: Material) -> Finding | None:
    """I-06: fewer than 80 % were reviewed by a person; repositories of one person left out."""
    limits = material.limits.of("I-06")
    people: defaultdict[str, set[int]] = defaultdict(set)
    for pull_request, _ in material.flows:
        people[pull_request.repository].add(pull_request.author)
        people[pull_request.repository].update(review.reviewer for review in pull_request.reviews)
    shared = [
        (pull_request, flow)
        for pull_request, flow in material.flows
        if flow.reviews_known and len(people[pull_request.repository]) > 1
    ]
    alone = [pull_request for pull_request, flow in shared if flow.first_review is None]
    n = len(shared)
    if n < limits["n"] or 100 * (n - len(alone)) >= limits["percent"] * n:
        return None
    numbers = {
        "unreviewed": len(alone),
        "merged": n,
        "reviewed_percent": percent_below((n - len(alone)) / n, limits["percent"]),
        "goal_percent": limits["percent"],
    }
    return Finding(
        title="Merged without a review",
        sentence=(
            "{unreviewed} of {merged} pull requests were merged without a review by a person: "
            "{reviewed_percent} % were reviewed, below the {goal_percent} % that the rule asks for."
        ).format(**numbers),
        numbers=numbers,
        n=n,
        period=material.recent,
        pull_requests=keys(alone),
    )


def one_reviewer(material: Material) -> Finding | None:
    """I-07: one of at least four reviewers gave more than half of the reviews."""
    limits = material.limits.of("I-07")
    given = [
        (review.reviewer, pull_request)
        for pull_request in material.pull_requests
        for review in pull_request.reviews
        if material.recent_since <= review.at <= material.now
    ]
    by_reviewer = Counter(reviewer for reviewer, _ in given)
    if len(given) < limits["n"] or len(by_reviewer) < limits["reviewers"]:
        return None
    top, reviews = by_reviewer.most_common(1)[0]
    if 100 * reviews <= limits["percent"] * len(given):
        return None
    numbers = {
        "reviews_of_one": reviews,
        "reviews": len(given),
        "percent": percent(reviews / len(given)),
        "reviewers": len(by_reviewer),
    }
    theirs = {pull_request.pk: pull_request for reviewer, pull_request in given if reviewer == top}
    return Finding(
        title="One person carries the reviews",
        sentence=(
            "One of {reviewers} reviewers gave {reviews_of_one} of {reviews} reviews "
            "({percent} %); when that person is away, reviews wait."
        ).format(**numbers),
        numbers=numbers,
        n=len(given),
        period=material.recent,
        pull_requests=tuple(theirs),
    )
