"""What a comparison looks at in a pull request, and on which side it stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.core.weeks import Week
from apps.metrics.facts import AiClass, Facts
from apps.metrics.formulas import REVERT_WITHIN, cycle_time, pickup_time, size_band

#: Classes A and B against D. C is too uncertain for either side, and U is not known.
AI = frozenset({AiClass.AGENT.value, AiClass.DECLARED.value})
COMPARED = AI | {AiClass.NO_SIGN.value}


@dataclass(frozen=True, slots=True)
class Observed:
    """A pull request of a person into the default branch that has been merged or closed."""

    pk: int
    author: int
    repository: str | int
    week: date  #: Monday of its merge, or of its closing
    ai_class: str
    is_merged: bool
    size_band: str | None  #: of `formulas.SIZE_BANDS`; None: the size is not known
    values: Mapping[str, float | None]  #: by the names of `comparing.MEASURES`; None: not known

    @property
    def is_compared(self) -> bool:
        return self.ai_class in COMPARED

    @property
    def is_ai(self) -> bool:
        return self.ai_class in AI


def observe(pull_requests: Iterable[Facts], *, now: datetime, zone: ZoneInfo) -> Iterator[Observed]:
    """
    Those that people wrote, each with what is known of it at `now`.

    An agent's own ones are left out: they have no author whose other work they could be compared
    with.
    """
    for facts in pull_requests:
        ended_at = facts.merged_at or facts.closed_at
        if facts.by_person and facts.is_to_default_branch and ended_at and not facts.is_open:
            yield Observed(
                pk=facts.pk,
                author=facts.author,
                repository=facts.repository,
                week=Week.of(ended_at, zone).monday,
                ai_class=facts.ai_class,
                is_merged=facts.merged_at is not None,
                size_band=None if facts.size is None else size_band(facts.size),
                values=_values(facts, now),
            )


def _values(facts: Facts, now: datetime) -> dict[str, float | None]:
    flow = facts.flow
    if flow is None or facts.merged_at is None:
        return NOT_MERGED
    return merged_values(
        cycle_time=cycle_time(flow),
        pickup_time=pickup_time(flow),
        size=facts.size,
        is_reviewed=flow.first_review is not None if flow.reviews_known else None,
        rounds=facts.rounds,
        is_reverted=facts.is_reverted if facts.merged_at + REVERT_WITHIN <= now else None,
    )


NOT_MERGED: dict[str, float | None] = {"merged": 0}


def merged_values(
    *,
    cycle_time: float | None,
    pickup_time: float | None,
    size: int | None,
    is_reviewed: bool | None,
    rounds: int | None,
    is_reverted: bool | None,
) -> dict[str, float | None]:
    """
    By the names of `comparing.MEASURES`.

    :param is_reverted: None: a revert may still come.
    """
    return {
        "merged": 1,
        "cycle_time": cycle_time,
        "pickup_time": pickup_time,
        "size": size,
        "reviewed": is_reviewed,
        "more_rounds": None if rounds is None else rounds > 1,
        "reverted": is_reverted,
    }
