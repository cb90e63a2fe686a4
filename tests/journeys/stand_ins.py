"""The stand-ins of ../shared as real processes: a GitHub over real histories, and a Groq."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from apps.operations.ports import free_port, wait_until_listening
from apps.operations.supervise import Process, Supervisor

SHARED = settings.BASE_DIR.parent / "shared"

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="skipped: no ../shared")


@dataclass(frozen=True)
class StandIns:
    github: str
    groq: str

    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """Repository → every pull request of its history, as the stand-in has it."""
        found: dict[str, list[dict[str, Any]]] = httpx.get(f"{self.github}/__truth").json()
        return found

    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github,
            "GITHUB_GRAPHQL_URL": f"{self.github}/graphql",
            "GROQ_BASE_URL": self.groq,
            "GROQ_API_KEY": "gsk_standin",
        }


@contextmanager
def stand_ins(
    folder: Path,
    *repositories: str,
    page_seconds: float = 0.05,
    answer_seconds: float = 0.05,
    faults: dict[str, float] | None = None,
) -> Iterator[StandIns]:
    """Run both for the length of a test."""
    github, groq = free_port(), free_port()
    with Supervisor() as supervisor:
        supervisor.start(
            script(
                folder,
                "github",
                *("--data", str(SHARED / "history"), "--port", str(github)),
                *("--schema", str(SHARED / "github" / "schema.graphql")),
                *("--page-seconds", str(page_seconds), "--faults", json.dumps(faults or {})),
                *("--repos", ",".join(repositories), "--cpu-share", "0"),
            )
        )
        supervisor.start(
            script(
                folder,
                "groq",
                *("--port", str(groq), "--seconds", str(answer_seconds), "--tier", "unlimited"),
            )
        )
        for port in (github, groq):
            wait_until_listening(port, name="a stand-in", seconds=60, tend=supervisor.tend)
        yield StandIns(github=f"http://127.0.0.1:{github}", groq=f"http://127.0.0.1:{groq}")


def script(folder: Path, name: str, *arguments: str) -> Process:
    return Process(
        name=f"stand-in {name}",
        argv=(sys.executable, str(SHARED / "standin" / f"{name}.py"), *arguments),
        cwd=folder,
        log=folder / f"stand-in-{name}.log",
    )
