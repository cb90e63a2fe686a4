"""Part: the pull requests of one period or one week, and the figures that they give."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.llm.models import PullRequestAnalysis
from apps.metrics.ai_share import ai_share
from apps.metrics.figures import Figure, Unit, count, median_of, share
from apps.metrics.formulas import BIG_LINES, REVERT_WITHIN
from apps.metrics.selection.rows import Row
from apps.metrics.wording import unclear_note, unread_note

AiClass = PullRequestAnalysis.AiClass
ASSISTED = frozenset((AiClass.AGENT.value, AiClass.DECLARED.value))
NOTHING_MERGED = "no pull request was merged"


@dataclass
class Part:
    """What of some time counts: people's pull requests, and bots' where that is asked for."""

    with_bots: bool
    mature_until: str  #: the last day of which every merge is old enough to have been reverted
    opened: int = 0
    merged: list[Row] = field(default_factory=list)
    merged_by_bots: int = 0
    asked: list[Row] = field(default_factory=list)  #: merged: about AI; coding agents' own, too

    def add_opened(self, row: Row) -> None:
        self.opened += bool(row.by_person or self.with_bots)

    def add_merged(self, row: Row) -> None:
        if row.by_person or self.with_bots:
            self.merged.append(row)
        if not row.by_person:
            self.merged_by_bots += 1
        if row.by_person or row.ai_class == AiClass.AGENT:
            self.asked.append(row)


def opened(part: Part) -> Figure:
    return count(part.opened)


def merged(part: Part) -> Figure:
    return count(len(part.merged))


def merged_by_bots(part: Part) -> Figure:
    return count(part.merged_by_bots)


def cycle_time(part: Part) -> Figure:
    return _median(part, (row.cycle_time for row in part.merged), "seconds", note=_unclear(part))


def coding_time(part: Part) -> Figure:
    return _median(part, (row.coding_time for row in part.merged), "seconds", note=_unclear(part))


def pickup_time(part: Part) -> Figure:
    return _median(part, (row.pickup_time for row in part.merged), "seconds")


def review_time(part: Part) -> Figure:
    return _median(part, (row.review_time for row in part.merged), "seconds")


def merge_time(part: Part) -> Figure:
    return _median(part, (row.merge_time for row in part.merged), "seconds")


def unreviewed_wait(part: Part) -> Figure:
    return _median(part, (row.unreviewed_wait for row in part.merged), "seconds")


def size(part: Part) -> Figure:
    return _median(part, (row.size for row in part.merged), "lines")


def review_rounds(part: Part) -> Figure:
    return _median(part, (row.review_rounds for row in part.merged), "rounds")


def review_coverage(part: Part) -> Figure:
    """Reviewed ones have a pickup time, the others waited without a review; else it is unknown."""
    reviewed = sum(row.pickup_time is not None for row in part.merged)
    without = sum(row.unreviewed_wait is not None for row in part.merged)
    return share(
        reviewed, reviewed + without, note=unread_note(len(part.merged) - reviewed - without)
    )


def batch_share(part: Part) -> Figure:
    sizes = [row.size for row in part.merged if row.size is not None]
    unknown = len(part.merged) - len(sizes)
    note = f"{unknown} of unknown size" if unknown else ""
    return share(sum(size > BIG_LINES for size in sizes), len(sizes), note=note)


def revert_rate(part: Part) -> Figure:
    """Of what was merged long enough ago to say so."""
    mature = [row for row in part.merged if row.merged_on and row.merged_on <= part.mature_until]
    young = len(part.merged) - len(mature)
    note = f"{young} merged less than {REVERT_WITHIN.days} days ago left out" if young else ""
    return share(sum(bool(row.reverted) for row in mature), len(mature), note=note)


def hotfix_share(part: Part) -> Figure:
    """Of those that the team's rule was applied to; without a rule there are none."""
    known = [row.is_hotfix for row in part.merged if row.is_hotfix is not None]
    return share(sum(map(bool, known)), len(known))


def has_hotfix_rule(part: Part) -> bool:
    return any(row.is_hotfix is not None for row in part.merged)


def ai_assisted(part: Part) -> Figure:
    """Classes A and B."""
    return _ai(part, sum(row.ai_class in ASSISTED for row in part.asked))


def ai_by_agents(part: Part) -> Figure:
    """Class A alone: these differ from people's, with or without AI."""
    return _ai(part, sum(row.ai_class == AiClass.AGENT for row in part.asked))


def ai_suspected(part: Part) -> Figure:
    """Class C."""
    return _ai(part, sum(row.ai_class == AiClass.SUSPECTED for row in part.asked))


def analysed(part: Part) -> int:
    return sum(row.ai_class != AiClass.UNDECIDED for row in part.asked)


def _ai(part: Part, k: int) -> Figure:
    return ai_share(k, decided=analysed(part), of=len(part.asked))


def _median(part: Part, values: Iterable[float | None], unit: Unit, *, note: str = "") -> Figure:
    return median_of(values, unit, note=note if part.merged else NOTHING_MERGED)


def _unclear(part: Part) -> str:
    return unclear_note(sum(row.cycle_time is None for row in part.merged))
