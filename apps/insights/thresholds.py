"""
Every threshold of every rule: what it means, its default and source, and how far a team may move it.

Rules read these through `limits.Limits`; a team's own values are `RuleSetting` rows, which
`team_thresholds` reads and writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.metrics.formulas import BIG_LINES

Number = int | float

ON = "on"  # the key under which a rule is switched: 1, or 0 for off

# Who says so. "Our own" is what we have not found anywhere, and chose.
GOOGLE = "Google's eng-practices: one business day is the maximum"
SWARMIA_MERGED = "Swarmia: 80 % within 48 hours"
SWARMIA_AGE = "Swarmia: rarely older than 14 days"
SWARMIA_OPEN = "Swarmia's example limit for a small team"
LINEARB = "LinearB's bands of sizes; DORA: small batches"
DORA = "DORA 2024: larger batches as the explanation of what AI changes"
STAGES = "How LinearB and DevLake read stages"
DEVSTATS = "devstats: bots that hide people"
OWN = "Our own"
INTERVAL = "Our own: below it no interval is narrow enough to say anything"


@dataclass(frozen=True)
class Threshold:
    """One number of one rule. `minimum` and `maximum` may be chosen, both included."""

    rule: str
    key: str
    label: str  #: reads before its number: "Median wait longer than"
    unit: str  #: reads behind it: "hours"
    default: Number
    minimum: Number
    maximum: Number
    source: str

    @property
    def step(self) -> Number:
        """Whole numbers where the default is one."""
        return 1 if isinstance(self.default, int) else 0.1


#: What each rule is about, in the words of the page on which it is set.
ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "I-01": "First reviews take long",
        "I-02": "Waiting for a first review now",
        "I-03": "Forgotten pull requests",
        "I-04": "Ready pull requests stay open",
        "I-05": "Many large pull requests",
        "I-06": "Merged without a review",
        "I-07": "One person carries the reviews",
        "I-08": "Much is open at once",
        "I-09": "Cycle time moved",
        "I-10": "One stage takes most of the time",
        "I-11": "More is reverted than before",
        "I-12": "The AI-assisted share moved",
        "I-13": "Pull requests with declared AI are larger",
        "I-14": "Pull requests with declared AI wait longer or are reviewed less",
        "I-15": "Many rounds of review",
        "I-16": "Bots merge much of it",
        "I-17": "Some of the data is missing",
        "I-18": "Drafts that do not get ready",
    }
)
# The label of a minimum n, and what it counts.
AT_LEAST, PULL_REQUESTS = "Only with at least", "pull requests"

# fmt: off
THRESHOLDS: tuple[Threshold, ...] = (
    #         rule    key           label                                unit          default min  max  source
    Threshold("I-01", "hours",      "Median wait longer than",           "hours",           24, 1, 240, GOOGLE),
    Threshold("I-01", "n",          AT_LEAST,                            "reviewed pull requests", 10, 6, 200, INTERVAL),
    Threshold("I-02", "business_days", "Ready without a review for more than", "business days", 2, 1, 30, GOOGLE),
    Threshold("I-03", "days",       "No activity for more than",         "days",            14, 2, 180, SWARMIA_AGE),
    Threshold("I-04", "hours",      "Merged within",                     "hours of being ready", 48, 1, 720, SWARMIA_MERGED),
    Threshold("I-04", "percent",    "Fewer than",                        "% of them",       80, 1, 99, SWARMIA_MERGED),
    Threshold("I-04", "n",          AT_LEAST,                            PULL_REQUESTS,     20, 20, 500, INTERVAL),
    Threshold("I-05", "lines",      "Larger than",                       "changed lines",   BIG_LINES, 20, 5000, LINEARB),
    Threshold("I-05", "percent",    "More than",                         "% of them, or the median", 25, 1, 99, LINEARB),
    Threshold("I-05", "n",          AT_LEAST,                            PULL_REQUESTS,     12, 6, 500, INTERVAL),
    Threshold("I-06", "percent",    "Reviewed by a person: fewer than",  "%",               80, 1, 100, OWN),
    Threshold("I-06", "n",          AT_LEAST,                            PULL_REQUESTS,     20, 20, 500, INTERVAL),
    Threshold("I-07", "percent",    "One person gave more than",         "% of the reviews", 50, 30, 95, OWN),
    Threshold("I-07", "reviewers",  AT_LEAST,                            "reviewers",        4, 2, 50, OWN),
    Threshold("I-07", "n",          AT_LEAST,                            "reviews",         20, 20, 500, INTERVAL),
    Threshold("I-08", "per_author", "More open for each active author than", PULL_REQUESTS, 1.5, 0.5, 10, SWARMIA_OPEN),
    Threshold("I-08", "open",       "And more open in all than",         PULL_REQUESTS,      7, 1, 200, SWARMIA_OPEN),
    Threshold("I-09", "percent",    "Median changed by at least",        "%",               30, 10, 300, OWN),
    Threshold("I-09", "n_before",   "Only with at least, before,",       PULL_REQUESTS,     24, 6, 500, INTERVAL),
    Threshold("I-09", "n",          "Only with at least, now,",          PULL_REQUESTS,     12, 6, 500, INTERVAL),
    Threshold("I-10", "percent",    "One stage takes more than",         "% of the median cycle time", 50, 50, 95, STAGES),
    Threshold("I-10", "n",          AT_LEAST,                            PULL_REQUESTS,     12, 6, 500, INTERVAL),
    Threshold("I-11", "reverts",    "Reverted within two weeks: at least", PULL_REQUESTS,    3, 2, 50, OWN),
    Threshold("I-11", "n",          "Only with at least, before and now,", PULL_REQUESTS,   30, 20, 500, INTERVAL),
    Threshold("I-12", "points",     "Share changed by at least",         "points",          15, 5, 80, OWN),
    Threshold("I-12", "n",          "Only with at least, before and now,", PULL_REQUESTS,   30, 20, 500, INTERVAL),
    Threshold("I-13", "ratio",      "Larger by a factor of more than",   "",               1.5, 1.1, 10, DORA),
    Threshold("I-13", "n",          "Only with at least, on both sides,", PULL_REQUESTS,    20, 10, 500, INTERVAL),
    Threshold("I-14", "ratio",      "Wait longer by a factor of more than", "",           1.5, 1.1, 10, OWN),
    Threshold("I-14", "points",     "Or reviewed less often by at least", "points",         10, 5, 80, OWN),
    Threshold("I-14", "n",          "Only with at least, on both sides,", PULL_REQUESTS,    20, 10, 500, INTERVAL),
    Threshold("I-15", "rounds",     "Median of more than",               "rounds",           2, 1, 10, OWN),
    Threshold("I-15", "n",          AT_LEAST,                            PULL_REQUESTS,     12, 6, 500, INTERVAL),
    Threshold("I-16", "percent",    "More than",                         "% by bots",       30, 5, 95, DEVSTATS),
    Threshold("I-16", "n",          AT_LEAST,                            PULL_REQUESTS,     20, 20, 500, INTERVAL),
    Threshold("I-17", "percent",    "Lacking more than",                 "% of a repository", 10, 1, 50, OWN),
    Threshold("I-18", "days",       "Open as a draft for more than",     "days",            14, 2, 180, OWN),
)
# fmt: on
BY_KEY: Mapping[tuple[str, str], Threshold] = MappingProxyType(
    {(threshold.rule, threshold.key): threshold for threshold in THRESHOLDS}
)
