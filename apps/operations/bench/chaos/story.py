"""The story of a broken run, with times: what its faults did, and each ticket of its teams."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from apps.operations.bench.chaos.evidence import Evidence
from apps.operations.bench.chaos.fault import Strike
from apps.pipeline.models import PipelineTransition


def story(found: Evidence, sentences: Iterable[str]) -> list[str]:
    """Of the teams that the sentences name; of all, where they name none."""
    told = " ".join(sentences)
    named = [trail for trail in found.trails if f"{trail.traveller.name}:" in told]
    return [
        *faults(found.struck),
        *(
            line
            for trail in named or found.trails
            for line in log_of(trail.traveller.name, trail.log)
        ),
    ]


def faults(struck: Iterable[Strike]) -> Iterator[str]:
    for strike in sorted(struck, key=lambda each: each.began):
        yield f"{_clock(_at(strike.began))} – {_clock(_at(strike.ended))} {strike.fault.name}"


def log_of(name: str, log: Iterable[PipelineTransition]) -> Iterator[str]:
    for entry in log:
        words = f"{_clock(entry.at)} {name} {entry.ticket}: {entry.source} → {entry.target}"
        reason = f": {entry.reason}" if entry.reason else ""
        yield f"{words}, {entry.verb} by {entry.actor}{reason}"


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC)


def _clock(moment: datetime) -> str:
    """By the clock of UTC, whatever zone the database answers in."""
    return f"{moment.astimezone(UTC):%H:%M:%S.%f}"[:-3]
