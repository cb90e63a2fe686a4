"""What a run leaves behind, for the invariants to be asked of."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from celery import current_app
from django.db import connection

from apps.notifications.models import Notification
from apps.notifications.postman import message_id
from apps.operations.bench.chaos import lineage
from apps.operations.bench.chaos.fault import Strike
from apps.operations.bench.chaos.fingerprint import ATTEMPTS, Rows, rows_of
from apps.operations.bench.chaos.house import OUTSIDE, POOL, WORKERS, House
from apps.operations.bench.chaos.travellers import Traveller
from apps.operations.processes import log_path
from apps.pipeline.models import PipelineTransition
from apps.sandbox.tally import fingerprint
from apps.teams.models import Team

#: What a worker logs when it takes a ticket (`apps.pipeline.claims.take`).
TAKEN = re.compile(r"team (\d+) at (\w+): ticket (\d+) taken")


class Taken(NamedTuple):
    team_id: int
    status: str
    ticket: int


class ClaimLog:
    """The claims that the workers' logs tell of; each line is read once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._read: dict[Path, int] = {log_path(name): 0 for name in names}
        self.taken: list[Taken] = []

    def read(self) -> list[Taken]:
        """Every claim so far, of every run."""
        for path, offset in self._read.items():
            with path.open("rb") as log:
                log.seek(offset)
                text = log.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read[path] = offset + len(whole)
            for team_id, status, ticket in TAKEN.findall(whole.decode(errors="replace")):
                self.taken.append(Taken(int(team_id), status, int(ticket)))
        return self.taken


@dataclass(frozen=True)
class Mailed:
    """One notification, and how many messages with its Message-ID the mail server has taken."""

    kind: str
    run: int
    state: str
    error: str
    copies: int


@dataclass(frozen=True)
class Trail:
    """What one team leaves behind."""

    traveller: Traveller
    team: Team
    log: list[PipelineTransition]
    taken: list[Taken]
    rows: Rows
    mails: list[Mailed]
    most_asked: int  #: how often one and the same request went to GitHub
    requests: int


class Rest(NamedTuple):
    """What a house at rest holds."""

    processes: int  #: that belong to it
    sessions: int  #: of the database
    clients: int  #: of the broker

    def at_most(self) -> "Rest":
        """
        What the same house may hold later: a restarted worker is as large as the one before it.

        But a pool process opens its session with its first step, and its two connections to the
        broker with its first message, and in one run some have had none.
        """
        pools = len(WORKERS) * POOL
        # Celery's two, and the limiter's: one for each request under way (3), and a page's.
        return Rest(self.processes, self.sessions + pools, self.clients + (2 + 3 + 1) * pools)


@dataclass(frozen=True)
class Evidence:
    """What a run leaves behind; `struck` is empty for an undisturbed one."""

    trails: list[Trail]
    struck: list[Strike]
    answers: int  #: good answers of Groq, all of them paid
    rest: Rest


def collect(
    house: House, travellers: list[Traveller], claims: ClaimLog, struck: list[Strike]
) -> Evidence:
    """Read everything; to be called when all are at rest."""
    asked = house.sandbox.github.stats()["repeats"]
    return Evidence(
        trails=[_trail(house, each, claims.read(), asked) for each in travellers],
        struck=struck,
        answers=house.sandbox.groq.stats()["answered"],
        rest=rest_of(house),
    )


def rest_of(house: House) -> Rest:
    """Without our own connections to the broker: a crowd's threads had some."""
    current_app.pool.force_close_all()
    with house.place.broker_client() as client:
        clients = len(client.client_list())
    processes = sum(1 for _ in lineage.belonging_to(house.place.folder))
    return Rest(processes, sessions(), clients)


def came_true(house: House, struck: list[Strike]) -> list[Strike]:
    """Without what was only written into a script: no more than the servers have drawn."""
    left = {server: Counter(house.control(server).stats()["counts"]) for server in OUTSIDE}
    told = []
    for strike in struck:
        if strike.fault.drawn is not None:
            server, name = strike.fault.drawn
            if left[server][name] <= 0:
                continue
            left[server][name] -= 1
        told.append(strike)
    return told


def sessions() -> int:
    """Sessions of PostgreSQL's database, ours included; 0 on SQLite."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _trail(
    house: House, traveller: Traveller, taken: list[Taken], asked: dict[str, dict[str, int]]
) -> Trail:
    team = Team.objects.get(pk=traveller.team_id)
    requests = asked.get(fingerprint(traveller.token), {"most": 0, "requests": 0})
    return Trail(
        traveller=traveller,
        team=team,
        log=list(PipelineTransition.objects.filter(team=team.pk).order_by("ticket")),
        taken=[claim for claim in taken if claim.team_id == team.pk],
        rows=rows_of(team, without=ATTEMPTS),
        mails=_mails(house, team),
        most_asked=requests["most"],
        requests=requests["requests"],
    )


def _mails(house: House, team: Team) -> list[Mailed]:
    copies = Counter(mail.message_id for mail in house.mail.received)
    return [
        Mailed(row.kind, row.run, row.state, row.error, copies[message_id(row)])
        for row in Notification.objects.filter(team=team.pk).order_by("pk")
    ]
