"""The evidence of a run in which nothing went wrong, made by hand, for tests to falsify."""

from dataclasses import replace
from itertools import pairwise

from apps.operations.bench.chaos.evidence import Evidence, Mailed, Taken, Trail
from apps.operations.bench.chaos.travellers import Traveller
from apps.pipeline.machine import Status, journey
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team

ANSWERS = 40  # of the model, in an undisturbed run


def entry(
    ticket: int, source: str, target: str, verb: str = "advance", **more
) -> PipelineTransition:
    columns = {"run": 1, "actor": "worker", "reason": ""} | more
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


def resumed(log: list[PipelineTransition], at: int, reason: str) -> list[PipelineTransition]:
    """The same journey, in which the ticket `at` was replaced by another one."""
    again = entry(at + 1, log[at - 1].target, log[at - 1].target, verb="send_again")
    again.actor, again.reason = "recovery", reason
    for later in log[at:]:
        later.ticket += 1
    return [*log[:at], again, *log[at:]]


def claims_of(log: list[PipelineTransition]) -> list[Taken]:
    return [Taken(1, item.target, item.ticket) for item in log if item.target != Status.COMPLETE]


def trail(log: list[PipelineTransition] | None = None, **changes) -> Trail:
    log = whole_log() if log is None else log
    team = Team(
        pk=1,
        onboarding_pipeline_status=log[-1].target,
        pipeline_ticket=log[-1].ticket,
        pipeline_claimed=log[-1].ticket - 1,
        pipeline_run=1,
    )
    whole = Trail(
        traveller=Traveller("ada", 1, "ghp_sandbox_ada", "ada@example.com"),
        team=team,
        log=log,
        taken=claims_of(log),
        rows={"pull requests": [("harbor", "1")]},
        mails=[Mailed("ready", 1, "sent", "", 1)],
        most_asked=1,
        requests=20,
    )
    return replace(whole, **changes)


def evidence(*trails: Trail, **changes) -> Evidence:
    whole = Evidence(
        trails=list(trails) or [trail()],
        struck=[],
        answers=ANSWERS * max(len(trails), 1),
        processes=12,
        sessions=6,
        clients=20,
    )
    return replace(whole, **changes)
