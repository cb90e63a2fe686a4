"""The Groq of this bench: the stand-in of ../shared, which admits calls as Groq does."""

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.request import Request, urlopen

from django.conf import settings

from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.ports import NothingListens, wait_until_listening
from apps.operations.processes import log_path
from apps.operations.stage import port_of
from apps.operations.supervise import Process

Tier = Literal["developer", "free"]
TOKENS_A_MINUTE: Mapping[Tier, int] = {"developer": 250_000, "free": 8_000}
PATIENCE = 30.0  # seconds until it listens
ANSWERS_WITHIN = 10.0  # seconds
LOOKS = 0.25  # seconds between two looks at what it has counted


@dataclass(frozen=True)
class Served:
    """What the stand-in has counted since it was last told to forget."""

    calls: int
    answered: int
    limited: int  #: answers with 429
    tokens: int
    peak: int  #: calls at once


class StandIn:
    """A running stand-in, for who measures."""

    def __init__(self, url: str, tier: Tier, seconds: float) -> None:
        self.url = url
        self.tier = tier
        self.seconds = seconds  #: of an answer, in the middle

    def served(self) -> Served:
        said = self._ask("__stats")
        counts = said["counts"]
        return Served(
            calls=counts.get("chat", 0),
            answered=counts.get("ok", 0),
            limited=counts.get("answered_429", 0),
            tokens=counts.get("tokens", 0),
            peak=said["peak_inflight"],
        )

    def forget(self) -> None:
        """Begin to count anew, with an empty minute."""
        self._ask("__control", {"clear": True})

    def _ask(self, path: str, content: Mapping[str, Any] | None = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/{path}", data=body, headers=headers)  # noqa: S310 - ours
        with urlopen(request, timeout=ANSWERS_WITHIN) as answer:  # noqa: S310
            return json.load(answer)


@dataclass
class Meter:
    """Looks at the stand-in's tokens again and again while its block runs."""

    groq: StandIn
    #: (seconds since the first call, tokens until then)
    seen: list[tuple[float, int]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        first = None
        while not self._over.wait(LOOKS):
            served, now = self.groq.served(), time.monotonic()
            if served.calls:
                first = now - LOOKS if first is None else first
                self.seen.append((now - first, served.tokens))


@contextmanager
def running(
    place: Place, shared: Path, *, tier: Tier, seconds: float, key: str
) -> Iterator[StandIn]:
    """
    Run the stand-in at GROQ_BASE_URL, with a key that nothing is known of yet.

    :raises ServerUnusable: if it does not come up.
    """
    port = port_of(settings.GROQ_BASE_URL)
    options = ("--tier", tier, "--seconds", str(seconds), "--seed", str(place.seed))
    child = place.supervisor.start(
        Process(
            name="groq",
            argv=(sys.executable, str(script(shared)), "--port", str(port), *options),
            cwd=place.folder,
            log=log_path("groq"),
        )
    )
    usual = settings.GROQ_API_KEY
    settings.GROQ_API_KEY = f"gsk_{key}"
    try:
        wait_until_listening(port, name="Groq", seconds=PATIENCE, tend=place.supervisor.tend)
        yield StandIn(settings.GROQ_BASE_URL, tier, seconds)
    except NothingListens as exc:
        raise ServerUnusable(f"{exc} Its log: {log_path('groq')} (with --keep).") from exc
    finally:
        settings.GROQ_API_KEY = usual
        place.supervisor.dismiss(child)


def script(shared: Path) -> Path:
    return shared / "standin" / "groq.py"
