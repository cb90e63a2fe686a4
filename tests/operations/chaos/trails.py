"""The evidence of a run in which nothing went wrong, made by hand, for tests to falsify."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from apps.operations.bench.chaos.evidence import Evidence, Mailed, Rest, Taken, Trail
from apps.operations.bench.chaos.fault import Fault, Strike
from apps.operations.bench.chaos.travellers import Traveller
from apps.pipeline.machine import Status, journey
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team

ANSWERS = 40  # of the model, in an undisturbed run
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
#: Who sends again: recovery's callers, by the names that they give themselves.
SWEEP, HAND_OVER = "worker", "worker stop"


def entry(
    ticket: int, source: str, target: str, verb: str = "advance", **more
) -> PipelineTransition:
    at = BEGIN + timedelta(seconds=ticket)
    columns = {"run": 1, "actor": "worker", "reason": "", "at": at} | more
    return PipelineTransition(
        team_id=1, ticket=ticket, source=source, target=target, verb=verb, **columns
    )


def whole_log() -> list[PipelineTransition]:
    steps = list(pairwise((Status.NOT_STARTED, *journey(two_phase=True))))
    verbs = ["start"] + ["advance"] * (len(steps) - 1)
    return [
        entry(number, *step, verb=verb)
        for number, (step, verb) in enumerate(zip(steps, verbs, strict=True), start=1)
    ]


def resumed(
    log: list[PipelineTransition], at: int, reason: str, *, actor: str = SWEEP
) -> list[PipelineTransition]:
    """The same journey, in which the ticket `at` was replaced by another one."""
    again = entry(at + 1, log[at - 1].target, log[at - 1].target, verb="send_again")
    again.actor, again.reason = actor, reason
    for later in log[at:]:
        later.ticket += 1
    return [*log[:at], again, *log[at:]]


def claims_of(log: list[PipelineTransition]) -> list[Taken]:
    return [Taken(1, item.target, item.ticket) for item in log if item.target != Status.COMPLETE]


def trail(log: list[PipelineTransition] | None = None, *, runs: int = 1, **changes) -> Trail:
    log = whole_log() if log is None else log
    team = Team(
        pk=1,
        onboarding_pipeline_status=log[-1].target,
        pipeline_ticket=log[-1].ticket,
        pipeline_claimed=log[-1].ticket - 1,
        pipeline_run=runs,
    )
    whole = Trail(
        traveller=Traveller("ada", 1, "ghp_sandbox_ada"),
        team=team,
        log=log,
        taken=claims_of(log),
        rows={"pull requests": [("harbor", "1")]},
        mails=[Mailed("ready", runs, "sent", "", 1)],
        most_asked=1,
        requests=20,
    )
    return replace(whole, **changes)


def evidence(*trails: Trail, **changes) -> Evidence:
    whole = Evidence(
        trails=list(trails) or [trail()],
        struck=[],
        answers=ANSWERS * max(len(trails), 1),
        rest=Rest(processes=12, sessions=6, clients=20),
    )
    return replace(whole, **changes)


def strike(fault: Fault, after: float = 0.0) -> Strike:
    """The fault, so many seconds after the start of the log above."""
    began = BEGIN.timestamp() + after
    return Strike(fault, began, began + 1)
