"""The dashboard's pages as a browser asks for them, each in turns with one that shows nothing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.operations.bench.dashboard.figures import Timing, timing
from apps.operations.bench.dashboard.invented import Scene
from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync.statements import NOT_COUNTED

WARM_UP = 2  # requests of each page that are not counted: imports, templates, caches
HOST = "localhost"
LONGEST = 90  # days that a period has at a click


@dataclass(frozen=True)
class Page:
    name: str
    address: Callable[[Scene], str]


def of_team(route: str, **query: Any) -> Callable[[Scene], str]:
    return lambda scene: f"{reverse(route, args=[scene.team.slug])}?{urlencode(query)}"


def filtered(scene: Scene) -> str:
    """A repository, two classes and a word at once."""
    query = {"days": LONGEST, "repo": scene.repository.pk, "ai": ["B", "D"], "q": "login"}
    address = reverse("dashboard:overview", args=[scene.team.slug])
    return f"{address}?{urlencode(query, doseq=True)}"


def of_member(scene: Scene) -> str:
    address = reverse("dashboard:member", args=[scene.team.slug, scene.member.pk])
    return f"{address}?days={LONGEST}"


PAGES = (
    Page("overview, 30 days", of_team("dashboard:overview")),
    Page("overview, 90 days", of_team("dashboard:overview", days=LONGEST)),
    Page("overview, filtered", filtered),
    Page("pull requests", of_team("dashboard:pull_requests", days=LONGEST)),
    Page("a member", of_member),
    Page("CSV", of_team("dashboard:pull_requests_csv", days=LONGEST)),
)


class NoPage(ServerUnusable):
    """A page answered with something else; the message says with what."""


def measure_pages(scene: Scene, *, rounds: int) -> Iterator[Timing]:
    """
    Every page of one team, `rounds` times, signed in as an admin.

    The bare page is the sign-in: the same middlewares and the same frame, without a number.
    """
    visitor, stranger = Client(SERVER_NAME=HOST), Client(SERVER_NAME=HOST)
    visitor.force_login(scene.admin)
    bare = reverse("accounts:login")
    for page in PAGES:
        address = page.address(scene)
        for _ in range(WARM_UP):
            fetch(stranger, bare)
            fetch(visitor, address)
        with counted_statements() as statements:
            body = fetch(visitor, address)
        empty, full = [], []
        for _ in range(rounds):
            empty.append(seconds_of(stranger, bare))
            full.append(seconds_of(visitor, address))
        yield timing(
            page.name,
            scene.pull_requests,
            statements=len(statements),
            size=len(body),
            seconds=full,
            bare=empty,
        )


def seconds_of(client: Client, address: str) -> float:
    began = time.perf_counter()
    fetch(client, address)
    return time.perf_counter() - began


def fetch(client: Client, address: str) -> bytes:
    """
    The whole answer; one that streams is read to its end.

    :raises NoPage: for anything but a page.
    """
    answer: Any = client.get(address)
    if answer.status_code != 200:
        raise NoPage(f"{address} answered with {answer.status_code}, and not with a page.")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@contextmanager
def counted_statements() -> Iterator[Sequence[str]]:
    """What goes over this thread's connection, but for SQLite's BEGIN."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not NOT_COUNTED.match(sql):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
