"""
Every weekly number once more, from what the stand-in of GitHub answers: plain Python, no product.

Written from guide/metrics.md §2.2–2.4 and the table of apps/metrics/README.md. It shares nothing
with the product, not even a helper: the slowest and plainest way was taken everywhere, so that two
programs have to make the same mistake before a wrong number looks right.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Pull = dict[str, Any]  #: one pull request as GitHub's GraphQL has it, its lists complete
Row = dict[str, Any]  #: column → value of one week

QUARTER = timedelta(days=90)
SKEW = timedelta(minutes=10)
FORTNIGHT = timedelta(days=14)
DURATIONS = (
    *("cycle_time", "coding_time", "pickup_time", "review_time", "merge_time"),
    "unreviewed_wait",
)
MEDIANS = (*DURATIONS, "size", "review_rounds")
#: Folders and names that nobody wrote by hand (metrics.md: lock files, vendored, generated).
GENERATED_FOLDERS = (
    *("vendor", "vendored", "third_party", "third-party", "node_modules", "bower_components"),
    *("Godeps", "dist", "build", "__snapshots__", "__generated__", "generated", ".yarn"),
)
GENERATED_NAMES = (
    *("*.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "bun.lockb"),
    *("go.sum", "Package.resolved", "packages.lock.json", "gradle.lockfile"),
    *("*.min.js", "*.min.css", "*.js.map", "*.css.map", "*.snap", "*.ambr"),
    *("*.pb.go", "*.pb.cc", "*.pb.h", "*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi"),
    *("*.g.dart", "*.freezed.dart", "*.generated.*", "*_generated.*"),
    *("*.gen.go", "*.gen.ts", "*.gen.py", "*.designer.cs"),
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


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def known(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- One pull request ---


def is_by_person(pull: Pull) -> bool:
    """A deleted account is null at GitHub, and was a person's."""
    return pull["author"] is None or pull["author"]["__typename"] == "User"


def login_of(actor: dict[str, Any] | None) -> str:
    return actor["login"] if actor else "ghost"


def human_reviews(pull: Pull) -> list[Row]:
    """Submitted, by a person who is not the author, oldest first."""
    found = [
        review
        for review in pull["reviews"]
        if review["author"] is not None
        and review["author"]["__typename"] == "User"
        and login_of(review["author"]) != login_of(pull["author"])
        and review["state"] in {"APPROVED", "CHANGES_REQUESTED", "COMMENTED"}
    ]
    return sorted(found, key=lambda review: review["submittedAt"])


def values_of(pull: Pull) -> Row:
    """Of a merged pull request: every value whose median a week holds, None where unknown."""
    created, merged = known(pull["createdAt"]), known(pull["mergedAt"])
    reviews = [one for one in human_reviews(pull) if known(one["submittedAt"]) <= merged]
    approvals = [known(one["submittedAt"]) for one in reviews if one["state"] == "APPROVED"]
    first = known(reviews[0]["submittedAt"]) if reviews else None
    last = approvals[-1] if approvals else None
    ready = created  # the stand-in's pull requests are never made ready: see the test
    authored = [known(one["authoredDate"]) for one in pull["commits"]]
    start = min(authored, default=None)
    if start is not None and not created - QUARTER <= start <= created:
        start = None
    return {
        "cycle_time": between(start, merged),
        "coding_time": between(start, ready),
        "pickup_time": between(ready, first),
        "review_time": between(first, last or merged),
        "merge_time": between(last, merged),
        "unreviewed_wait": None if first else between(ready, merged),
        "size": size_of(pull),
        "review_rounds": rounds_of(pull, reviews, until=last or merged),
    }


def between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return (end - start) / timedelta(seconds=1)


def size_of(pull: Pull) -> int | None:
    """Lines that people wrote; unknown where GitHub lists fewer files than it says there are."""
    if len(pull["files"]) < pull["changedFiles"]:
        return None
    return sum(
        one["additions"] + one["deletions"]
        for one in pull["files"]
        if not is_generated(one["path"])
    )


def is_generated(path: str) -> bool:
    *folders, name = path.split("/")
    if any(folder in GENERATED_FOLDERS for folder in folders) or name in GENERATED_NAMES:
        return True
    return any(fnmatchcase(name.lower(), pattern) for pattern in GENERATED_NAMES)


def rounds_of(pull: Pull, reviews: list[Row], *, until: datetime) -> int | None:
    """One, and one more each time that commits answer a review and a review follows them."""
    times = [known(one["submittedAt"]) for one in reviews]
    times = [at for at in times if at <= until]
    if not times:
        return None
    commits = [known(one["committedDate"]) for one in pull["commits"]]
    return 1 + sum(
        any(before < commit <= after for commit in commits) for before, after in pairwise(times)
    )


# --- Reverts ---


def reverted_numbers(pulls: list[Pull]) -> set[int]:
    """Those of which a revert was merged within fourteen days after them."""
    merged = [pull for pull in pulls if pull["mergedAt"]]
    found = set()
    for revert in (pull for pull in merged if "revert" in all_text(pull).lower()):
        for original in merged:
            after = known(revert["mergedAt"]) - known(original["mergedAt"])
            if timedelta(0) < after <= FORTNIGHT and undoes(revert, original):
                found.add(original["number"])
    return found


def all_text(pull: Pull) -> str:
    messages = (one["message"] for one in pull["commits"])
    return "\n".join((pull["headRefName"], pull["title"], pull["body"] or "", *messages))


def undoes(revert: Pull, original: Pull) -> bool:
    number, owner = original["number"], original["repository"]
    texts = [revert["body"] or "", *(one["message"] for one in revert["commits"])]
    hashes = [one["oid"] for one in original["commits"]]
    named = re.findall(r"This reverts commit ([0-9a-f]{7,40})", "\n".join(texts))
    return bool(
        re.match(rf"revert-{number}-", revert["headRefName"])
        or revert["title"] == f'Revert "{original["title"]}"'
        or re.search(rf"Reverts ({re.escape(owner)})?#{number}\b", revert["body"] or "")
        or any(sha.startswith(name) for name in named for sha in hashes)
    )


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
        rows[monday] = row | standing(given, monday, ours) | {
            "active_people": len(active(given, monday, ours)),
            "history_starts_at": begins_within(given, monday),
        }
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
        "hotfixes": None,  # the team has no rule
        **ai_counts(given, merged),
    }
    for name in MEDIANS:
        found = [one[name] for one in values if one[name] is not None]
        row |= {name: median(found) if found else None, f"{name}_n": len(found)}
    return row


def merged_in(given: Known, monday: date, pulls: list[Pull]) -> list[Pull]:
    return [pull for pull in pulls if pull["mergedAt"] and given.is_in(known(pull["mergedAt"]), monday)]


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
    did += [(login_of(pull["author"]), known(pull["mergedAt"])) for pull in ours if pull["mergedAt"]]
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
