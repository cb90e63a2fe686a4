"""Rules on what the numbers are made of: AI, bots, gaps."""

from collections.abc import Sequence

from apps.insights.material import Material, RepositoryFacts
from apps.insights.rules.finding import Finding, counted, keys, percent
from apps.insights.thresholds import Number
from apps.metrics.ai_share import assisted_among, counts_for_ai
from apps.metrics.figures import Figure, apart


def ai_share_moved(material: Material) -> Finding | None:
    """I-12: the AI-assisted share of the last 4 full weeks is 15 points off the 8 before."""
    limits = material.limits.of("I-12")
    weeks = material.older_and_newer()
    if weeks is None:
        return None
    before, now = (assisted_among(pull_requests) for pull_requests in weeks)
    if min(before.n, now.n) < limits["n"] or before.is_thin or now.is_thin:
        return None
    points = max(_points_up(before, now), _points_up(now, before))
    if points < limits["points"] or not apart(before, now):
        return None
    before_percent, now_percent = percent(before.value or 0), percent(now.value or 0)
    numbers = {
        "before_percent": before_percent,
        "now_percent": now_percent,
        "before_pull_requests": before.n,
        "now_pull_requests": now.n,
    }
    up = now_percent > before_percent
    return Finding(
        title="More pull requests declare AI" if up else "Fewer pull requests declare AI",
        sentence=(
            "The share of pull requests by agents or with declared AI assistance went from "
            f"{_at_least(before)}{{before_percent}} % of {{before_pull_requests}} to "
            f"{_at_least(now)}{{now_percent}} % of {{now_pull_requests}} in the last four full "
            "weeks."
        ).format(**numbers),
        numbers=numbers,
        n=before.n + now.n,
        period=material.compared,
        pull_requests=keys(pr for pr in weeks[1] if counts_for_ai(pr) and pr.is_ai_assisted),
    )


def bots_hide_people(material: Material) -> Finding | None:
    """I-16: more than 30 % of what was merged came from bots."""
    limits = material.limits.of("I-16")
    merged = material.merged_recently
    bots = [pull_request for pull_request in merged if not pull_request.by_person]
    if len(merged) < limits["n"] or 100 * len(bots) <= limits["percent"] * len(merged):
        return None
    numbers = {
        "by_bots": len(bots),
        "merged": len(merged),
        "percent": percent(len(bots) / len(merged)),
    }
    return Finding(
        title="Bots merge much of it",
        sentence=(
            "{by_bots} of {merged} merged pull requests ({percent} %) came from bots. The numbers "
            "of people leave them out."
        ).format(**numbers),
        numbers=numbers,
        n=len(merged),
        period=material.recent,
        pull_requests=keys(bots),
    )


def data_gap(material: Material) -> Finding | None:
    """I-17: a repository could not be read, or more than 10 % of its pull requests not wholly."""
    at_most = material.limits.of("I-17")["percent"]
    gappy = [repository for repository in material.repositories if _is_gappy(repository, at_most)]
    if not gappy:
        return None
    numbers = {
        "incomplete": len(gappy),
        "selected": len(material.repositories),
        "missing": sum(repository.missing for repository in gappy),
        "cut": sum(repository.cut for repository in gappy),
    }
    names = ", ".join(repository.name for repository in gappy)
    selected = counted(numbers["selected"], "repository", "repositories")
    what = "; ".join(filter(None, (_what_is_missing(gappy), _what_is_cut(numbers["cut"]))))
    return Finding(
        title="Some of the data is missing",
        sentence=(
            f"{numbers['incomplete']} of {selected} could not be read completely ({names}): {what}."
        ),
        numbers=numbers,
        n=len(material.repositories),
        period=material.today,
        pull_requests=(),
    )


def _is_gappy(repository: RepositoryFacts, at_most: Number) -> bool:
    lacking = repository.missing + repository.cut
    return repository.failed or 100 * lacking > at_most * repository.listed


def _what_is_missing(gappy: Sequence[RepositoryFacts]) -> str:
    """How many: of a list that broke off nobody knows, nor what a failure without gaps hides."""
    missing = sum(repository.missing for repository in gappy)
    listed = counted(missing, "listed pull request is", "listed pull requests are")
    if any(_hides_some(repository) for repository in gappy):
        if not missing:
            return "an unknown number of pull requests is missing"
        return f"{listed} missing in every number, and an unknown number of others"
    return f"{listed} missing in every number" if missing else ""


def _hides_some(repository: RepositoryFacts) -> bool:
    return repository.failed and not (repository.is_list_whole and repository.missing)


def _what_is_cut(cut: int) -> str:
    if not cut:
        return ""
    stored = counted(cut, "pull request is", "pull requests are")
    return f"{stored} stored without all reviews or commits and left out where these count"


def _points_up(lower: Figure, higher: Figure) -> int:
    """By how many points it rises at least, whatever the undecided of the lower one turn out."""
    at_most = ((lower.k or 0) + lower.undecided) / lower.n
    return percent(higher.value or 0) - percent(at_most)


def _at_least(share: Figure) -> str:
    return "at least " if share.undecided else ""
