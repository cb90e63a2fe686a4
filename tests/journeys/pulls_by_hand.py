"""
One pull request of the stand-in's GitHub, put into numbers by hand: plain Python, no product.

Written from guide/metrics.md §2.2 and the table of apps/metrics/README.md; see `weeks_by_hand`.
"""

import re
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

Pull = dict[str, Any]  #: one pull request as GitHub's GraphQL has it, its lists complete

QUARTER = timedelta(days=90)
FORTNIGHT = timedelta(days=14)
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


def human_reviews(pull: Pull) -> list[dict[str, Any]]:
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


def values_of(pull: Pull) -> dict[str, Any]:
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


def rounds_of(pull: Pull, reviews: list[dict[str, Any]], *, until: datetime) -> int | None:
    """One, and one more each time that commits answer a review and a review follows them."""
    times = [known(one["submittedAt"]) for one in reviews]
    times = [at for at in times if at <= until]
    if not times:
        return None
    commits = [known(one["committedDate"]) for one in pull["commits"]]
    return 1 + sum(
        any(before < commit <= after for commit in commits) for before, after in pairwise(times)
    )


def is_hotfix(pull: Pull, word: str) -> bool:
    """By a label, the beginning of the branch, or a whole word of the title."""
    labels = {label["name"].lower() for label in pull["labels"]}
    head, title = pull["headRefName"].lower(), pull["title"].lower()
    begins = head == word or head.startswith((f"{word}/", f"{word}-", f"{word}_"))
    return word in labels or begins or word in re.findall(r"\w+", title)


def hotfixes(merged: list[Pull], words: tuple[str, ...]) -> int | None:
    """None where the team has no word for them."""
    if not words:
        return None
    return sum(any(is_hotfix(pull, word) for word in words) for pull in merged)


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
