"""
What each number means: the one table that the page, the links on cards and the README speak from.

`formulas.py` and `tally.py` compute it. Whoever changes a number changes it there and here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from apps.metrics.figures import DECIDED_ENOUGH, ENOUGH, ENOUGH_FOR_P75
from apps.metrics.formulas import BIG_LINES, OLDEST_FIRST_COMMIT, REVERT_WITHIN

Kind = Literal["count", "median", "share", "proportion", "state"]

OURS = "our own"
SPACE = "SPACE (ACM Queue, 2021)"


@dataclass(frozen=True)
class Definition:
    """One number. `key` is its anchor on the page and its column or card in the code."""

    key: str
    name: str
    what: str
    week_of: str  #: in whose week it counts; "–" where it is of a moment
    missing: str  #: when it is not known; "–": never
    kind: Kind
    source: str


#: Reads before the table: words that the definitions use.
TERMS: Mapping[str, str] = MappingProxyType(
    {
        "merged": "a pull request of a person (or of a deleted account) that was merged into the"
        " repository's default branch; where the default branch is not known, into any",
        "human review": "a submitted review (approved, changes requested, commented) by an account"
        " that GitHub calls a user, that is not on the team's list of bots, and whose person is not"
        " the author",
        "ready": "when GitHub last called it ready for review; the opening if it never was a draft,"
        " and the first human review at the latest",
        "person": "all accounts that the team counts as one",
    }
)


def _days(time: timedelta) -> str:
    return f"{time.days} days"


TABLE: tuple[Definition, ...] = (
    Definition(
        "opened", "Opened", "pull requests opened by people against the default branch",
        "opening", "–", "count", "GitHub's createdAt",
    ),
    Definition(
        "merged", "Merged", "pull requests of people merged into the default branch: the team's"
        " throughput",
        "merge", "–", "count", "Swarmia and DX count merges the same way, without bots",
    ),
    Definition(
        "merged_by_bots", "Merged by bots", "the same by app accounts and accounts on the team's"
        " list of bots; coding agents (class A) among them are known apart",
        "merge", "–", "count", OURS,
    ),
    Definition(
        "for_each_person", "Merged for each active person", "merged, divided by the people who"
        " opened, reviewed or had something merged in these days, or in four weeks if those are"
        " longer",
        "merge", "fewer than 3 people were active", "proportion", "DX: merged per developer",
    ),
    Definition(
        "cycle_time", "Cycle time", "median, first commit authored → merged",
        "merge", f"first commit unknown, or outside [opened − {_days(OLDEST_FIRST_COMMIT)}, opened]"
        ", or not all commits stored; counted as “unclear start”", "median",
        "LinearB and Swarmia begin at the first commit, too; without releases it ends at the merge",
    ),
    Definition(
        "coding_time", "Coding time", "median, first commit authored → ready",
        "merge", "as cycle time", "median", "LinearB",
    ),
    Definition(
        "pickup_time", "First review", "median, ready → first human review",
        "merge", "no human review before the merge, or not all reviews stored", "median",
        "LinearB's pickup time; from ready, not from the opening",
    ),
    Definition(
        "review_time", "Review time", "median, first human review → last human approval before the"
        " merge, else the merge",
        "merge", "as first review", "median", "DevLake, LinearB",
    ),
    Definition(
        "merge_time", "Merge time", "median, last human approval → merged",
        "merge", "no approval before the merge, or not all reviews stored", "median", "Axolo",
    ),
    Definition(
        "unreviewed_wait", "Unreviewed wait", "median, ready → merged, of pull requests without a"
        " human review",
        "merge", "there was one, or not all reviews stored", "median",
        f"{OURS}: with it the stages of each pull request add up to its cycle time",
    ),
    Definition(
        "review_coverage", "Reviewed", "merged with a human review before the merge, of"
        " merged with all reviews stored",
        "merge", "nothing merged", "share", f"{OURS}; DevLake asks for comments instead",
    ),
    Definition(
        "reviews_given", "Reviews given", "human reviews of others' pull requests, bots' and other"
        " branches' included",
        "review", "–", "count", f"{SPACE}: given and received, never a rank",
    ),
    Definition(
        "review_rounds", "Review rounds", "median; 1, plus 1 for each human review that followed"
        " new commits, up to the last approval",
        "merge", "no human review, or not all reviews and commits stored", "median",
        "middleware's rework cycles",
    ),
    Definition(
        "size", "Size", "median of added + deleted lines, without lock, vendored and generated"
        " files",
        "merge", "files not all stored", "median", "LinearB counts changed code",
    ),
    Definition(
        "big", "Large", f"merged with more than {BIG_LINES} changed lines, of those with a"
        " known size",
        "merge", "files not all stored", "share", "LinearB's bands of sizes; DORA: small batches",
    ),
    Definition(
        "reverted", "Reverted", f"merged, and undone by another merge within"
        f" {_days(REVERT_WITHIN)}; a revert is known by its branch, title, body or commits",
        "merge of the original", f"the week ended less than {_days(REVERT_WITHIN)} ago: not mature",
        "share", f"{OURS}; middleware looks at the branch only",
    ),
    Definition(
        "hotfixes", "Hotfixes", "a stand-in: merged with a label, branch or title that has one of"
        " the team's own words for a hotfix",
        "merge", "the team has no words for it", "share",
        f"{OURS}; it is not DORA's rework rate, which needs deployments",
    ),
    Definition(
        "ai_assisted", "AI-assisted", "classes A + B of all merged and agents' merged; C shown"
        " apart",
        "merge", "none analysed; “at least” until all are", "share",
        f"{OURS}: evidence in the pull request, never a guess about a person",
    ),
    Definition(
        "active_people", "Active people", "people who opened, reviewed or had something merged in"
        " the four weeks that end with this one",
        "–", "–", "state", "Swarmia's contributors, over four weeks",
    ),
    Definition(
        "open_at_end", "Open", "people's pull requests into the default branch that were open when"
        " the week ended, or are now; drafts are counted apart as well",
        "–", "opened before the history begins and not touched since", "state",
        "Swarmia's work in progress",
    ),
)  # fmt: skip

BY_KEY: Mapping[str, Definition] = MappingProxyType({one.key: one for one in TABLE})

#: How a kind of number is shown, and from how many on.
SHOWN: Mapping[Kind, str] = MappingProxyType(
    {
        "count": "As it is: a count rests on all that it counts.",
        "median": f"The median with its 95 % interval, from {ENOUGH['seconds']} pull requests on;"
        f" the slowest quarter from {ENOUGH_FOR_P75} on. Below that the values themselves.",
        "share": f"“k of n”, and a percentage with its 95 % interval from {ENOUGH['share']} pull"
        f" requests on. “At least” while something is undecided, without a percentage while that"
        f" is more than {100 - 100 * DECIDED_ENOUGH:.0f} %.",
        "proportion": "With one digit after the point.",
        "state": "As it was at the end of the week.",
    }
)

NOTES = (
    "Durations are seconds between GitHub's times, nights and weekends included. Never averages:"
    " one forgotten pull request would move them more than all others.",
    "Medians of stages do not add up to the median cycle time, although the stages of each pull"
    " request do.",
    "Weeks begin on Monday, 00:00, in the team's time zone. A median over weeks is computed from"
    " the pull requests, never from the weeks' medians.",
    "These numbers tell how pull requests flow. They are not DORA's: those need deployments.",
    "Two numbers are called different only where their 95 % intervals lie apart.",
    "Activity counts say little about a person's work (SPACE): nobody is ranked here.",
)


def as_markdown() -> str:
    """The table of the README."""
    head = ("number", "definition", "counted in the week of", "missing when", "source")
    rows = [
        (f"{one.name} (`{one.key}`)", one.what, one.week_of, one.missing, one.source)
        for one in TABLE
    ]
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])
