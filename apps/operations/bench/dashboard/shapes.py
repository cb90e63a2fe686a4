"""Invented pull requests with the shapes of real ones: most are small and quick, a few are not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from apps.github.models import PullRequest
from apps.llm.models import PullRequestAnalysis

State, AiClass = PullRequest.State, PullRequestAnalysis.AiClass

OPEN, CLOSED, DRAFT = 0.04, 0.06, 0.2  # shares: of all, of all, of the open ones
BY_BOTS = 0.12
LOCK_FILES = 0.08  # share of pull requests that change one
VERDICTS = ("APPROVED", "COMMENTED", "CHANGES_REQUESTED")
CLASSES = (AiClass.DECLARED, AiClass.SUSPECTED, AiClass.NO_SIGN, AiClass.UNDECIDED)
FOLDERS = ("api", "billing", "web", "jobs", "search", "docs")
SUBJECTS = ("the login", "an invoice", "the index", "a worker", "the export", "an empty page")


@dataclass(frozen=True)
class Shape:
    """One pull request; people and repositories by their place in a list."""

    repository: int
    author: int
    by_bot: bool
    title: str
    state: str
    is_draft: bool
    created: datetime
    ended: datetime | None  #: when it was merged or closed
    touched: datetime
    ai_class: str
    reviews: tuple[tuple[int, str, datetime], ...]  #: who, verdict, when
    commits: tuple[datetime, ...]
    files: tuple[tuple[str, int, int], ...]  #: path, added, deleted


@dataclass(frozen=True)
class Cast:
    """How many of each there are to choose from."""

    repositories: int
    people: int
    bots: int


def shapes(
    rng: Random, count: int, *, since: datetime, until: datetime, cast: Cast
) -> Iterator[Shape]:
    """So many, opened evenly over the time and in its order."""
    step = (until - since) / count
    for place in range(count):
        yield _shape(rng, since + step * (place + rng.random()), until, cast)


def _shape(rng: Random, created: datetime, until: datetime, cast: Cast) -> Shape:
    by_bot = rng.random() < BY_BOTS
    author = rng.randrange(cast.bots if by_bot else cast.people)
    ended = created + timedelta(hours=rng.lognormvariate(2.5, 1.4))
    is_open = ended > until or rng.random() < OPEN
    was_closed = not is_open and rng.random() < CLOSED
    commits = _commits(rng, created, min(ended, until))
    reviews = _reviews(rng, created, min(ended, until), None if by_bot else author, cast)
    return Shape(
        repository=min(int(rng.expovariate(0.7)), cast.repositories - 1),  # one is the busiest
        author=author,
        by_bot=by_bot,
        title=f"{rng.choice(('Mend', 'Add', 'Simplify', 'Test'))} {rng.choice(SUBJECTS)}",
        state=State.OPEN if is_open else State.CLOSED if was_closed else State.MERGED,
        is_draft=is_open and rng.random() < DRAFT,
        created=created,
        ended=None if is_open else ended,
        touched=max([created if is_open else ended, *(at for _, _, at in reviews)]),
        ai_class=_ai_class(rng, by_bot=by_bot, author=author),
        reviews=reviews,
        commits=commits,
        files=_files(rng),
    )


def _ai_class(rng: Random, *, by_bot: bool, author: int) -> str:
    """The first of the bots is a coding agent, the others are not asked about."""
    if by_bot:
        return AiClass.AGENT if author == 0 else AiClass.NO_SIGN
    return rng.choices(CLASSES, weights=(25, 5, 60, 10))[0]


def _commits(rng: Random, created: datetime, ended: datetime) -> tuple[datetime, ...]:
    """The first before the opening, as a rule; others while it is open."""
    first = created - timedelta(hours=rng.lognormvariate(1.5, 1.3))
    later = [created + (ended - created) * rng.random() for _ in range(int(rng.expovariate(0.4)))]
    return (first, *sorted(later))


def _reviews(
    rng: Random, created: datetime, ended: datetime, author: int | None, cast: Cast
) -> tuple[tuple[int, str, datetime], ...]:
    """Between the opening and the end; never by the author."""
    moments = sorted(created + (ended - created) * rng.random() for _ in range(rng.choice(COUNTS)))
    people = [min(int(rng.expovariate(0.15)), cast.people - 1) for _ in moments]  # some do more
    return tuple(
        ((who + 1) % cast.people if who == author else who, rng.choice(VERDICTS), at)
        for who, at in zip(people, moments, strict=True)
    )


COUNTS: Sequence[int] = (0, 0, 1, 1, 1, 2, 2, 3, 5)  # of reviews


def _files(rng: Random) -> tuple[tuple[str, int, int], ...]:
    lines = max(1, int(rng.lognormvariate(4.0, 1.5)))
    count = min(1 + int(rng.expovariate(0.3)), 30)
    each = [
        (f"{rng.choice(FOLDERS)}/part_{place}.py", lines // count + 1, lines // count // 3)
        for place in range(count)
    ]
    return (*each, ("uv.lock", 400, 380)) if rng.random() < LOCK_FILES else tuple(each)
