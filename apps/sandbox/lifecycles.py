"""When things happen to a pull request: log-normal waits, in working hours, cut off at now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

_DAY_STARTS, _DAY_ENDS = 8, 18  # UTC
_WEEKDAYS = (1.0, 1.15, 1.2, 1.1, 0.8, 0.05, 0.05)  # of openings, Monday first
_WORKS_LATE = 0.12


class Fate(StrEnum):
    """How it ends, or that it does not."""

    MERGED = "merged"
    CLOSED = "closed"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Pace:
    """The medians, in hours, of one sort of pull request."""

    coding: float = 2.8
    pickup: float = 3.6
    round: float = 2.4  # from one review to the next
    merge: float = 0.8
    unreviewed: float = 1.4  # from ready to merge when nobody looks
    reviewed: float = 0.74  # share that a person reviews
    drafts: float = 0.18


@dataclass
class Lifecycle:
    """The moments of one pull request; those after now have not happened and are left out."""

    started_at: datetime  # the first commit
    created_at: datetime
    was_draft: bool
    moves: list[datetime]  # of a draft: ready, back to draft, ready again
    reviews: list[datetime]  # of people; the last one approves if `approved`
    approved: bool
    merged_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime

    @property
    def is_draft(self) -> bool:
        return self.was_draft and len(self.moves) % 2 == 0


def wait(rng: Random, median_hours: float, sigma: float = 1.1) -> timedelta:
    """Draw one waiting time: most are short, a few very long."""
    return timedelta(hours=min(median_hours * rng.lognormvariate(0, sigma), 24 * 25))


def at_work(rng: Random, moment: datetime) -> datetime:
    """Move a moment of the night or the weekend to the next morning, for most people."""
    if rng.random() < _WORKS_LATE:
        return moment
    if moment.hour >= _DAY_ENDS:
        moment = _morning(rng, moment + timedelta(days=1))
    elif moment.hour < _DAY_STARTS:
        moment = _morning(rng, moment)
    while moment.weekday() >= 5:
        moment = _morning(rng, moment + timedelta(days=1))
    return moment


def _morning(rng: Random, day: datetime) -> datetime:
    start = day.replace(hour=_DAY_STARTS, minute=0, second=0)
    return start + timedelta(minutes=rng.triangular(0, 150, 30))


def opening_times(rng: Random, *, first: datetime, last: datetime, count: int) -> list[datetime]:
    """Spread `count` openings between two moments: weekdays, office hours, rising a little."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weights = [
        _WEEKDAYS[day.weekday()] * (0.85 + 0.3 * n / len(days)) for n, day in enumerate(days)
    ]
    times = []
    for day in rng.choices(days, weights, k=count):
        midnight = day.replace(hour=0, minute=0, second=0)
        moment = midnight + timedelta(hours=min(max(rng.gauss(13, 2.8), 6), 21.5))
        while moment > last:  # today, but later than now
            moment -= timedelta(days=1)
        times.append(moment)
    return sorted(times)


def live(
    rng: Random, created: datetime, *, now: datetime, pace: Pace, fate: Fate, rounds: int
) -> Lifecycle:
    """Let one pull request happen, from its first commit to its end or to now."""
    was_draft = rng.random() < pace.drafts * (2.5 if fate is Fate.FORGOTTEN else 1)
    moves = _moves(rng, created, fate) if was_draft else []
    ready = moves[-1] if moves else created
    reviews, approved = _reviews(rng, ready, pace=pace, fate=fate, rounds=rounds)
    end = None
    if fate is not Fate.FORGOTTEN:
        since = reviews[-1] if reviews else ready
        end = at_work(rng, since + wait(rng, pace.merge if reviews else pace.unreviewed, 1.2))
    life = Lifecycle(
        started_at=created - wait(rng, pace.coding, 1.2),
        created_at=created,
        was_draft=was_draft,
        moves=moves,
        reviews=reviews,
        approved=approved,
        merged_at=end if fate is Fate.MERGED else None,
        closed_at=end,
        updated_at=created,
    )
    return _up_to(rng, life, now)


def _moves(rng: Random, created: datetime, fate: Fate) -> list[datetime]:
    """Say when a draft becomes ready; one in seven goes back once, a forgotten one never does."""
    if fate is Fate.FORGOTTEN:
        return []
    moves = [at_work(rng, created + wait(rng, 5))]
    if rng.random() < 0.15:
        moves.append(moves[-1] + wait(rng, 1))
        moves.append(at_work(rng, moves[-1] + wait(rng, 4)))
    return moves


def _reviews(
    rng: Random, ready: datetime, *, pace: Pace, fate: Fate, rounds: int
) -> tuple[list[datetime], bool]:
    chance = 0.3 if fate is Fate.FORGOTTEN else pace.reviewed
    if rng.random() >= chance:
        return [], False
    moments = [at_work(rng, ready + wait(rng, pace.pickup, 1.25))]
    for _ in range(rounds - 1):
        moments.append(at_work(rng, moments[-1] + wait(rng, pace.round)))
    return moments, fate is Fate.MERGED and rng.random() < 0.94


def _up_to(rng: Random, life: Lifecycle, now: datetime) -> Lifecycle:
    """Take back what lies after now, and find the last update."""
    life.moves = [moment for moment in life.moves if moment <= now]
    happened = [moment for moment in life.reviews if moment <= now]
    life.approved = life.approved and len(happened) == len(life.reviews)
    life.reviews = happened
    if life.closed_at is not None and life.closed_at > now:
        life.merged_at = life.closed_at = None
    ends = [life.closed_at] if life.closed_at is not None else []
    life.updated_at = max([life.created_at, *life.moves, *life.reviews, *ends])
    if rng.random() < 0.3:  # a comment, a label: nothing that is listed
        life.updated_at = min(life.updated_at + wait(rng, 1), now)
    return life
