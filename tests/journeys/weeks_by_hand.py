"""
Every weekly number once more, from what the stand-in of GitHub answers: plain Python, no product.

Written from guide/metrics.md §2.2–2.4 and the table of apps/metrics/README.md. It shares nothing
with the product, not even a helper: the slowest and plainest way was taken everywhere, so that two
programs have to make the same mistake before a wrong number looks right.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.pulls_by_hand import (
    Pull,
    hotfixes,
    human_reviews,
    is_by_person,
    known,
    login_of,
    moment,
    reverted_numbers,
    values_of,
)

Row = dict[str, Any]  #: column → value of one week

SKEW = timedelta(minutes=10)
MEDIANS = (
    *("cycle_time", "coding_time", "pickup_time", "review_time", "merge_time", "unreviewed_wait"),
    *("size", "review_rounds"),
)


@dataclass(frozen=True)
class Known:
    """What a computation starts from."""

    pulls: list[Pull]  #: of one repository, whatever was updated since the history begins
    default_branch: str
    members: frozenset[str]  #: logins of the organisation
    classes: dict[int, str]  #: number → AI class, the one thing that is taken from the product
    since: datetime
    now: datetime
    zone: ZoneInfo
    hotfix_words: tuple[str, ...] = ()

    @cached_property
    def mondays(self) -> list[date]:
        """From the week in which the history begins to this one."""
        day, last = (moment.astimezone(self.zone).date() for moment in (self.since, self.now))
        while day.weekday():
            day -= timedelta(days=1)
        found = []
        while day <= last:
            found.append(day)
            day += timedelta(days=7)
        return found

    def midnight(self, day: date) -> datetime:
        """In UTC: subtracting two moments of one zone would forget what the clocks did between."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def is_in(self, moment: datetime, monday: date, weeks: int = 1) -> bool:
        """
        Whether a moment lies in that week, or in the weeks that end with it.

        What a clock of GitHub's puts some minutes ahead has just happened.
        """
        if self.now < moment <= self.now + SKEW:
            moment = self.now
        start = self.midnight(max(monday - timedelta(days=7 * (weeks - 1)), self.mondays[0]))
        return start <= moment < self.midnight(monday + timedelta(days=7)) and moment <= self.now


# --- Weeks ---


def weeks_of_team(given: Known) -> dict[date, Row]:
    """Monday → every column of the team's row."""
    into = [pull for pull in given.pulls if pull["baseRefName"] == given.default_branch]
    ours = [pull for pull in into if is_by_person(pull)]
    bots = [pull for pull in into if not is_by_person(pull)]
    reverted = reverted_numbers(given.pulls)
    rows = {}
    for monday in given.mondays:
        row = counted(given, monday, ours, reviews_of(given.pulls), reverted)
        of_bots = merged_in(given, monday, bots)
        agents = [pull for pull in of_bots if given.classes[pull["number"]] == "A"]
        row["merged_by_bots"], row["merged_by_agents"] = len(of_bots), len(agents)
        for name, number in ai_counts(given, agents).items():
            row[name] += number
        rows[monday] = (
            row
            | standing(given, monday, ours)
            | {
                "active_people": len(active(given, monday, ours)),
                "history_starts_at": begins_within(given, monday),
            }
        )
    return rows


def weeks_of_members(given: Known) -> dict[tuple[str, date], Row]:
    """
    (login, Monday) → every column of a person's row.

    Somebody of the organisation who did anything has a row for each week, others for their own.
    """
    into = [pull for pull in given.pulls if pull["baseRefName"] == given.default_branch]
    ours = [pull for pull in into if is_by_person(pull)]
    everything = reviews_of(given.pulls)
    reverted = reverted_numbers(given.pulls)
    people = {login_of(pull["author"]) for pull in ours} | {login for login, _ in everything}
    rows = {}
    for person in people:
        pulls = [pull for pull in ours if login_of(pull["author"]) == person]
        reviews = [(login, at) for login, at in everything if login == person]
        weeks = {
            monday: counted(given, monday, pulls, reviews, reverted) for monday in given.mondays
        }
        busy = {day for day, row in weeks.items() if is_busy(row)}
        shown = weeks if busy and person in given.members else busy
        rows |= {(person, day): weeks[day] for day in shown}
    return rows


def is_busy(row: Row) -> bool:
    return any(row[name] for name in ("opened", "merged", "reviews_given"))


def counted(
    given: Known,
    monday: date,
    pulls: list[Pull],
    reviews: list[tuple[str, datetime]],
    reverted: set[int],
) -> Row:
    """What team and member have in common: these pull requests and reviews in one week."""
    merged = merged_in(given, monday, pulls)
    values = [values_of(pull) for pull in merged]
    row: Row = {
        "opened": sum(given.is_in(known(pull["createdAt"]), monday) for pull in pulls),
        "merged": len(merged),
        "merged_by_bots": 0,
        "merged_by_agents": 0,
        "unclear_start": sum(one["cycle_time"] is None for one in values),
        "reviewed": sum(one["pickup_time"] is not None for one in values),
        "reviews_given": sum(given.is_in(at, monday) for _, at in reviews),
        "big": sum((one["size"] or 0) > 400 for one in values),
        "reverted": sum(pull["number"] in reverted for pull in merged),
        "hotfixes": hotfixes(merged, given.hotfix_words),
        **ai_counts(given, merged),
    }
    for name in MEDIANS:
        found = [one[name] for one in values if one[name] is not None]
        row |= {name: median(found) if found else None, f"{name}_n": len(found)}
    return row


def merged_in(given: Known, monday: date, pulls: list[Pull]) -> list[Pull]:
    return [
        pull for pull in pulls if pull["mergedAt"] and given.is_in(known(pull["mergedAt"]), monday)
    ]


def ai_counts(given: Known, pulls: list[Pull]) -> dict[str, int]:
    classes = [given.classes[pull["number"]] for pull in pulls]
    return {
        "ai_assisted": sum(one in {"A", "B"} for one in classes),
        "ai_suspected": classes.count("C"),
        "ai_decided": len(classes) - classes.count("U"),
    }


def reviews_of(pulls: list[Pull]) -> list[tuple[str, datetime]]:
    """Who gave a review and when, whatever branch and whoever's pull request it was."""
    return [
        (login_of(one["author"]), known(one["submittedAt"]))
        for pull in pulls
        for one in human_reviews(pull)
    ]


def active(given: Known, monday: date, ours: list[Pull]) -> set[str]:
    """Who opened, merged or reviewed anything in the four weeks that end with this one."""
    did = [(login_of(pull["author"]), known(pull["createdAt"])) for pull in ours]
    did += [
        (login_of(pull["author"]), known(pull["mergedAt"])) for pull in ours if pull["mergedAt"]
    ]
    did += reviews_of(given.pulls)
    return {person for person, at in did if given.is_in(at, monday, weeks=4)}


def standing(given: Known, monday: date, ours: list[Pull]) -> Row:
    """What was open when the week ended; now, in the week that has not."""
    end = min(given.midnight(monday + timedelta(days=7)), given.now)
    open_then = [
        pull
        for pull in ours
        if known(pull["createdAt"]) < end and (moment(pull["closedAt"]) or end) >= end
    ]
    return {
        "open_at_end": len(open_then),
        "drafts_at_end": sum(pull["isDraft"] for pull in open_then),
        "oldest_open_at": min((known(pull["createdAt"]) for pull in open_then), default=None),
    }


def begins_within(given: Known, monday: date) -> datetime | None:
    """Where the history begins after that Monday's midnight: that week is not whole."""
    starts, ends = given.midnight(monday), given.midnight(monday + timedelta(days=7))
    return given.since if starts < given.since < ends else None
