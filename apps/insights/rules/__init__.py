"""
The rules on one page: each looks at a team's material and returns a finding, or None.

The numbers are the defaults; `apps.insights.thresholds` has them all, a team may move them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from apps.insights.material import Material
from apps.insights.rules import ai, flow, open_work, reviewing, rework, trust
from apps.insights.rules.finding import Finding

Rule = Callable[[Material], Finding | None]

# fmt: off
RULES: Mapping[str, Rule] = MappingProxyType({
    # rule                                    fires when                          at least
    "I-01": flow.slow_first_review,           # median pickup > 24 h              10 reviewed
    "I-02": open_work.waiting_now,            # ready > 2 business days, unseen   1
    "I-03": open_work.stale,                  # open > 14 days without activity   1
    "I-04": flow.slow_merges,                 # < 80 % merged within 48 h         20
    "I-05": flow.big_batches,                 # > 25 % over 400 lines, or median  12
    "I-06": reviewing.merged_without_review,  # reviewed < 80 %                   20
    "I-07": reviewing.one_reviewer,           # one of ≥ 4 people gave > 50 %     20 reviews
    "I-08": open_work.too_much_open,          # open > 1.5 an author, and > 7     -
    "I-09": flow.cycle_time_moved,            # median ± 30 %, intervals apart    24 before, 12 now
    "I-10": flow.one_stage_dominates,         # a stage > 50 % of the cycle       12 and half of all
    "I-11": rework.more_reverts,              # surely more than before           30 + 30, 3 reverts
    "I-12": trust.ai_share_moved,             # ± 15 points, intervals apart      30 + 30, 80 % read
    "I-13": ai.larger,                        # median size × 1.5, same authors   20 + 20
    "I-14": ai.slower_or_unreviewed,          # pickup × 1.5 or reviewed - 10     20 + 20
    "I-15": rework.many_rounds,               # median > 2 rounds                 12 reviewed
    "I-16": trust.bots_hide_people,           # > 30 % by bots                    20
    "I-17": trust.data_gap,                   # a repository not read to 90 %     -
    "I-18": open_work.draft_limbo,            # drafts open > 14 days             1
})
# fmt: on
