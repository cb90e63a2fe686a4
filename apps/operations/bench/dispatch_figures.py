"""From moments to figures: what a hop costs and a whole run, and where a step's time goes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median, quantiles

from apps.operations.bench.stamps import Stamp

LENGTH = 10  # tasks of a flow: the statuses of the table
HOP_GOAL = 1.2
WHOLE_GOAL = 2.5
NANOSECONDS = 1e6  # in a millisecond
#: Between the moments of a step, in their order; the last part ends in the next task's first line.
PARTS = ("claim", "advance", "publish", "after", "broker")


@dataclass(frozen=True)
class Spread:
    """Milliseconds of many samples."""

    n: int
    median: float
    p95: float


@dataclass(frozen=True)
class Round:
    """What one round of one kind gave, in milliseconds."""

    hops: tuple[float, ...]
    wholes: tuple[float, ...]
    parts: Mapping[str, tuple[float, ...]]  #: of a step; empty for a chain


@dataclass(frozen=True)
class Comparison:
    """The pipeline beside a plain chain in the same rounds."""

    chain: Spread
    pipeline: Spread
    ratio: float  #: of the medians
    lowest: float  #: the same of the round with the lowest
    highest: float


@dataclass(frozen=True)
class Figures:
    """Everything that a number of teams gave."""

    teams: int
    hop: Comparison
    even_hop: Comparison  #: beside chains whose tasks take as long as a step without work
    whole: Comparison
    parts: Mapping[str, float]  #: medians of a step's parts


def round_of(stamps: Iterable[Stamp], began: Mapping[int, int]) -> Round:
    """
    The figures of one round.

    :param began: by flow, the moment before the commit, or the sending, that started it.
    """
    flows: dict[int, list[Stamp]] = defaultdict(list)
    for stamp in stamps:
        flows[stamp.flow].append(stamp)
    hops, wholes = [], []
    parts: dict[str, list[float]] = defaultdict(list)
    for flow, unordered in flows.items():
        steps = sorted(unordered, key=lambda stamp: stamp.place)
        wholes.append((steps[-1].moments[-1] - began[flow]) / NANOSECONDS)
        for step, following in pairwise(steps):
            hops.append((following.moments[0] - _left(step)) / NANOSECONDS)
            for part, value in _parts(step, following).items():
                parts[part].append(value)
    return Round(
        tuple(hops), tuple(wholes), {part: tuple(values) for part, values in parts.items()}
    )


def _left(step: Stamp) -> int:
    """When a task let go of its flow: a step by its commit, a link by its last line."""
    return step.moments[2] if step.kind == "pipeline" else step.moments[-1]


def _parts(step: Stamp, following: Stamp) -> Mapping[str, float]:
    if step.kind == "chain":
        return {}
    begun, claimed, committed, published, ended = step.moments
    values = (
        claimed - begun,
        committed - claimed,
        published - committed,
        ended - published,  # in the time of the next, where another process takes the message
        following.moments[0] - published,
    )
    return {part: value / NANOSECONDS for part, value in zip(PARTS, values, strict=True)}


def seconds_of_step(pipelines: Round) -> float:
    """How long a step takes from its first line to its commit, in the middle."""
    return (median(pipelines.parts["claim"]) + median(pipelines.parts["advance"])) / 1000


def figures(
    teams: int,
    *,
    chains: Sequence[Round],
    even_chains: Sequence[Round],
    pipelines: Sequence[Round],
) -> Figures:
    """As many rounds of each kind, those of the same place measured side by side."""
    together: dict[str, list[float]] = defaultdict(list)
    for each in pipelines:
        for part, values in each.parts.items():
            together[part].extend(values)
    hops = [each.hops for each in pipelines]
    return Figures(
        teams=teams,
        hop=compared([each.hops for each in chains], hops),
        even_hop=compared([each.hops for each in even_chains], hops),
        whole=compared([each.wholes for each in chains], [each.wholes for each in pipelines]),
        parts={part: median(values) for part, values in together.items()},
    )


def compared(chains: Sequence[Sequence[float]], pipelines: Sequence[Sequence[float]]) -> Comparison:
    ratios = [median(ours) / median(plain) for plain, ours in zip(chains, pipelines, strict=True)]
    plain, ours = (spread(list(chain.from_iterable(rounds))) for rounds in (chains, pipelines))
    return Comparison(plain, ours, ours.median / plain.median, min(ratios), max(ratios))


def spread(samples: Sequence[float]) -> Spread:
    """:param samples: one or more."""
    many = [*samples, *samples] if len(samples) == 1 else samples  # quantiles wants two
    return Spread(len(samples), median(samples), quantiles(many, n=20, method="inclusive")[-1])
