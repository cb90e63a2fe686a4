"""
Rules on what is open right now. Bots' pull requests are not people's work and left out.

Pull requests are read by their last update: each sentence says how far back that was.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.insights.material import Material
from apps.insights.rules.finding import Finding, counted, keys, whole


def waiting_now(material: Material) -> Finding | None:
    """I-02: ready for more than two business days, and nobody has looked."""
    days = material.limits.of("I-02")["business_days"]
    limit = timedelta(days=days)
    waiting = [
        pull_request
        for pull_request in material.open_by_people
        if not pull_request.is_draft
        and pull_request.reviews_known
        and not pull_request.reviews
        and business_time(
            pull_request.ready_at or pull_request.created_at, material.now, material.zone
        )
        > limit
    ]
    if not waiting:
        return None
    waiting.sort(key=lambda pull_request: pull_request.ready_at or pull_request.created_at)
    return Finding(
        title="Waiting for a first review now",
        sentence=(
            f"{counted(len(waiting), 'open pull request has', 'open pull requests have')} been "
            f"ready for more than {counted(days, 'business day')} without a review, "
            f"{_of_which(material)}."
        ),
        numbers={
            "waiting": len(waiting),
            "limit_business_days": days,
            "known_days": material.known_days,
        },
        n=len(waiting),
        period=material.today,
        pull_requests=keys(waiting),
    )


def stale(material: Material) -> Finding | None:
    """I-03: open, and nothing has happened for 14 days."""
    days = material.limits.of("I-03")["days"]
    limit = timedelta(days=days)
    quiet = [
        pull_request
        for pull_request in material.open_by_people
        if not pull_request.is_draft and material.now - pull_request.updated_at > limit
    ]
    if not quiet:
        return None
    quiet.sort(key=lambda pull_request: pull_request.updated_at)
    return Finding(
        title="Forgotten pull requests",
        sentence=(
            f"{counted(len(quiet), 'open pull request has', 'open pull requests have')} seen no "
            f"activity for more than {days} days, {_of_which(material)}."
        ),
        numbers={
            "stale": len(quiet),
            "limit_days": days,
            "known_days": material.known_days,
        },
        n=len(quiet),
        period=material.today,
        pull_requests=keys(quiet),
    )


def too_much_open(material: Material) -> Finding | None:
    """I-08: more open pull requests than 1.5 for each active author, and more than 7."""
    limits = material.limits.of("I-08")
    ready = [pull_request for pull_request in material.open_by_people if not pull_request.is_draft]
    authors = {
        pull_request.author
        for pull_request in material.pull_requests
        if pull_request.by_person
        and max(pull_request.created_at, pull_request.merged_at or pull_request.created_at)
        >= material.recent_since
    }
    limit = round(max(limits["open"], limits["per_author"] * len(authors)), 1)
    if not authors or len(ready) <= limit:
        return None
    ready.sort(key=lambda pull_request: pull_request.created_at)
    people = counted(len(authors), "active author")
    return Finding(
        title="Much is open at once",
        sentence=(
            f"{len(ready)} pull requests are open and ready, {_of_which(material)}; for {people} "
            f"more than {whole(limit)} are hard to keep in motion."
        ),
        numbers={
            "open": len(ready),
            "authors": len(authors),
            "limit": whole(limit),
            "known_days": material.known_days,
        },
        n=len(ready),
        period=material.today,
        pull_requests=keys(ready),
    )


def draft_limbo(material: Material) -> Finding | None:
    """I-18: drafts opened more than 14 days ago."""
    days = material.limits.of("I-18")["days"]
    limit = timedelta(days=days)
    drafts = [
        pull_request
        for pull_request in material.open_by_people
        if pull_request.is_draft and material.now - pull_request.created_at > limit
    ]
    if not drafts:
        return None
    drafts.sort(key=lambda pull_request: pull_request.created_at)
    return Finding(
        title="Drafts that do not get ready",
        sentence=(
            f"{counted(len(drafts), 'draft has', 'drafts have')} been open for more than "
            f"{days} days, {_of_which(material)}."
        ),
        numbers={
            "drafts": len(drafts),
            "limit_days": days,
            "known_days": material.known_days,
        },
        n=len(drafts),
        period=material.today,
        pull_requests=keys(drafts),
    )


def _of_which(material: Material) -> str:
    """Among which the open ones were looked for: what nobody touched for longer was never read."""
    days = counted(material.known_days, "day")
    return f"of those touched in the last {days}"


def business_time(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """The time between two moments without Saturdays and Sundays of the zone. No holidays."""
    total = timedelta()
    day = start.astimezone(zone).date()
    while (midnight := datetime.combine(day, time.min, zone)) < end:
        tomorrow = datetime.combine(day + timedelta(days=1), time.min, zone)
        if day.weekday() < 5:
            total += min(end, tomorrow) - max(start, midnight)
        day += timedelta(days=1)
    return total
