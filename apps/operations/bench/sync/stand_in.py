"""The GitHub of this bench: the stand-in of ../shared, which serves real histories."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen

from django.conf import settings

from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.ports import NothingListens, wait_until_listening
from apps.operations.processes import log_path
from apps.operations.stage import port_of
from apps.operations.supervise import Process

PATIENCE = 120.0  # seconds until it has read its histories
ANSWERS_WITHIN = 60.0  # seconds; the truth of ten repositories is some megabytes
NEEDS = ("aiohttp", "graphql")  # modules, of the development dependencies

#: Repository → every pull request of its history, as the stand-in has it.
Truth = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Served:
    """What the stand-in has counted since it was last told to forget."""

    requests: int
    points: int
    peak: int  #: requests at once
    faults: Mapping[str, int]  #: how often each struck


class StandIn:
    """A running stand-in, for who measures."""

    def __init__(self, url: str) -> None:
        self.url = url

    def truth(self) -> Truth:
        return cast(Truth, self._ask("__truth"))

    def served(self) -> Served:
        said = self._ask("__stats")
        counts = said["counts"]
        return Served(
            requests=counts.get("graphql", 0),
            points=counts.get("points", 0),
            peak=said["peak_inflight"],
            faults={
                name.removeprefix("fault_"): n
                for name, n in sorted(counts.items())
                if name.startswith("fault_")
            },
        )

    def forget(self) -> None:
        """Begin to count anew."""
        self._ask("__control", {"clear": True})

    def strike(self, faults: Mapping[str, float]) -> None:
        """From now on fail that often: kind → share of all requests."""
        self._ask("__control", {"faults": dict(faults)})

    def _ask(self, path: str, content: Mapping[str, Any] | None = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = Request(f"{self.url}/{path}", data=body)  # noqa: S310 - our own process
        with urlopen(request, timeout=ANSWERS_WITHIN) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def running(
    place: Place, shared: Path, histories: Path, *, page_seconds: float, seed: int
) -> Iterator[StandIn]:
    """
    Run the stand-in at GITHUB_API_URL.

    :param shared: the folder with the stand-in and GitHub's schema.
    :param histories: the folder with what it serves.
    :param page_seconds: of 25 pull requests with their lists; a lighter question takes less.
    :param seed: of its faults; the histories are always the same.
    :raises ServerUnusable: if it does not come up.
    """
    url = settings.GITHUB_API_URL
    port = port_of(url)
    child = place.supervisor.start(
        Process(
            name="stand-in",
            argv=(
                *(sys.executable, str(script(shared)), "--data", str(histories)),
                *("--schema", str(shared / "github" / "schema.graphql"), "--port", str(port)),
                *("--page-seconds", str(page_seconds), "--seed", str(seed)),
            ),
            cwd=place.folder,
            log=log_path("stand-in"),
        )
    )
    try:
        wait_until_listening(
            port, name="The stand-in", seconds=PATIENCE, tend=place.supervisor.tend
        )
        yield StandIn(url)
    except NothingListens as exc:
        raise ServerUnusable(f"{exc} Its log: {log_path('stand-in')} (with --keep).") from exc
    finally:
        place.supervisor.dismiss(child)


def make_sure_it_is_there(shared: Path) -> None:
    """:raises ServerUnusable: with a sentence that says what to do."""
    if not script(shared).is_file():
        raise ServerUnusable(
            f"There is no stand-in for GitHub at {script(shared)}. "
            "Name the folder that has it with --stand-in."
        )
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise ServerUnusable(
            f"The stand-in needs {' and '.join(missing)}, which are among the development "
            "dependencies (pyproject.toml, dev). Install those."
        )


def script(shared: Path) -> Path:
    return shared / "standin" / "github.py"
