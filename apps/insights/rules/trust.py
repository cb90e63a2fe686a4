"""Rules on what the numbers are made of: AI, bots, gaps."""

from apps.insights.material import Material
from apps.insights.rules.finding import Finding, counted, keys, percent
from apps.metrics.ai_share import assisted_among, counts_for_ai
from apps.metrics.figures import Figure, apart

AI_POINTS, AI_N = 15, 30  # our own, with intervals that do not overlap
BOTS_PERCENT, BOTS_N = 30, 20  # devstats: bots that hide people
GAP_PERCENT = 10  # our own: a headline that rests on less than 90 % says so


def ai_share_moved(material: Material) -> Finding | None:
    """I-12: the AI-assisted share of the last 4 full weeks is 15 points off the 8 before."""
    weeks = material.older_and_newer()
    if weeks is None:
        return None
    before, now = (assisted_among(pull_requests) for pull_requests in weeks)
    if min(before.n, now.n) < AI_N or before.is_thin or now.is_thin or not apart(before, now):
        return None
    if max(_points_up(before, now), _points_up(now, before)) < AI_POINTS:
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
    merged = material.merged_recently
    bots = [pull_request for pull_request in merged if not pull_request.by_person]
    if len(merged) < BOTS_N or 100 * len(bots) <= BOTS_PERCENT * len(merged):
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
    """I-17: a repository could not be read, or more than 10 % of its pull requests."""
    gappy = [
        repository
        for repository in material.repositories
        if repository.failed or 100 * repository.gaps > GAP_PERCENT * repository.listed
    ]
    if not gappy:
        return None
    numbers = {
        "incomplete": len(gappy),
        "selected": len(material.repositories),
        "missing": sum(repository.gaps for repository in gappy),
    }
    names = ", ".join(repository.name for repository in gappy)
    missing = counted(numbers["missing"], "listed pull request is", "listed pull requests are")
    selected = counted(numbers["selected"], "repository", "repositories")
    return Finding(
        title="Some of the data is missing",
        sentence=(
            f"{numbers['incomplete']} of {selected} could not be read completely ({names}); "
            f"{missing} missing in every number."
        ),
        numbers=numbers,
        n=len(material.repositories),
        period=material.today,
        pull_requests=(),
    )


def _points_up(lower: Figure, higher: Figure) -> int:
    """By how many points it rises at least, whatever the undecided of the lower one turn out."""
    at_most = ((lower.k or 0) + lower.undecided) / lower.n
    return percent(higher.value or 0) - percent(at_most)


def _at_least(share: Figure) -> str:
    return "at least " if share.undecided else ""
