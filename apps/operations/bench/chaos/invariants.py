"""
What holds after any mixture of faults; each invariant is one function from evidence to sentences.

An empty answer means that it holds. The second argument is an undisturbed run of the same house;
what it holds at rest is the first undisturbed run's, whatever it was read anew for.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.conf import settings

from apps.llm.asking import GROUP
from apps.notifications.messages import READY
from apps.operations.bench.chaos.evidence import Evidence, Rest, Trail
from apps.operations.bench.chaos.fingerprint import differences
from apps.pipeline.machine import (
    FIRST,
    FIRST_IN_BACKGROUND,
    STEPS,
    Status,
    journey,
    next_status,
    refresh_journey,
)
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import BEGINNINGS
from apps.pipeline.recovery import DEAD, DIED, STOPPING
from apps.pipeline.runner import OUR_FAULT, TOO_LONG

Invariant = Callable[[Evidence, Evidence], Iterator[str]]

ANALYSES = (Status.LLM_PROCESSING, Status.BACKGROUND_LLM)
INSIGHTS = (Status.COMPUTING_INSIGHTS, Status.BACKGROUND_INSIGHTS)
SYNCS = (Status.SYNCING_MEMBERS, Status.SYNCING, Status.BACKGROUND_SYNCING)
#: Postponed by these a step may lose what it has paid; by any other it has stored everything.
OUR_MISTAKES = (OUR_FAULT, TOO_LONG)
CLOCKS = timedelta(seconds=0.5)  # between the striking and the database's clock, on one machine
A_START = 6.0  # seconds until a worker that was just started takes messages, on a busy machine


def every_team_arrives(found: Evidence, _: Evidence) -> Iterator[str]:
    """`complete`; and whenever it had failed on its way, it said why in a sentence."""
    for trail in found.trails:
        if trail.team.onboarding_pipeline_status != Status.COMPLETE:
            yield f"{trail.traveller.name} ended at {trail.team.onboarding_pipeline_status}"
        for sentence in trail.traveller.failures:
            if len(sentence) < 10 or not sentence.endswith("."):
                yield f"{trail.traveller.name} failed with “{sentence}”, which is no sentence"


def tickets_are_dense(found: Evidence, _: Evidence) -> Iterator[str]:
    """1, 2, 3 … in the log, the last one the row's; each entry begins where the last one ended."""
    for trail in found.trails:
        tickets = [entry.ticket for entry in trail.log]
        if tickets != list(range(1, trail.team.pipeline_ticket + 1)):
            last = trail.team.pipeline_ticket
            yield f"{trail.traveller.name}: tickets {tickets}, the row has {last}"
        if trail.team.pipeline_claimed > trail.team.pipeline_ticket:
            yield f"{trail.traveller.name}: claimed more than was minted"
        for before, after in pairwise(trail.log):
            if before.target != after.source:
                yield f"{trail.traveller.name}: {after} does not follow {before}"


def every_step_ends_once(found: Evidence, _: Evidence) -> Iterator[str]:
    """Each run has each expected step once, in order, up to where another run replaced it."""
    for trail in found.trails:
        if sum(entry.verb == "start" for entry in trail.log) != 1:
            yield f"{trail.traveller.name} was not started exactly once"
        for run in range(1, trail.team.pipeline_run + 1):
            moves = [entry for entry in trail.log if entry.run == run]
            steps = [(entry.source, entry.target) for entry in moves if entry.verb == "advance"]
            expected = list(pairwise(_journey_of(moves)))
            whole = expected if run == trail.team.pipeline_run else expected[: len(steps)]
            if steps != whole:
                yield f"{trail.traveller.name}, run {run}: {steps}"


def the_row_never_moves_back(found: Evidence, _: Evidence) -> Iterator[str]:
    """
    Only `restart` begins again, and only behind its end `refresh` does so in the background; only
    `retry` leaves `failed` for the step that failed.
    """
    for trail in found.trails:
        failed_at = ""
        for entry in trail.log:
            if not _is_allowed(entry, failed_at):
                yield f"{trail.traveller.name}: {entry} by {entry.verb}"
            if entry.target == Status.FAILED:
                failed_at = entry.source


def no_ticket_is_worked_twice(found: Evidence, _: Evidence) -> Iterator[str]:
    """The workers' own logs: no ticket is taken twice, and who ends a step has taken its ticket."""
    for trail in found.trails:
        times = Counter(claim.ticket for claim in trail.taken)
        if twice := [ticket for ticket, n in times.items() if n > 1]:
            yield f"{trail.traveller.name}: tickets {twice} were taken twice"
        for entry in trail.log:
            if entry.verb == "advance" and entry.ticket - 1 not in times:
                yield f"{trail.traveller.name}: {entry} without a claim of its ticket"


def rows_are_those_of_an_undisturbed_run(found: Evidence, baseline: Evidence) -> Iterator[str]:
    for trail in found.trails:
        for difference in differences(baseline.trails[0].rows, trail.rows):
            yield f"{trail.traveller.name}: {difference}"


def every_mail_is_sent_once(found: Evidence, baseline: Evidence) -> Iterator[str]:
    """
    One message for each row that says “sent”, none for a refused one, and none still to be sent.

    A further copy, with the same Message-ID, only for each fault that may have kept a sender from
    writing down what it had sent.
    """
    doubts = sum(bool(strike.fault.explains) for strike in found.struck)
    for trail in found.trails:
        name = trail.traveller.name
        imports = [entry.run for entry in trail.log if entry.verb in BEGINNINGS]
        refreshes = {entry.run for entry in trail.log if entry.verb == "refresh"}
        ready = [mail for mail in trail.mails if mail.kind == READY]
        if any(mail.run in refreshes for mail in ready):
            yield f"{name}: a mail tells of an update"
        last_run = [mail.kind for mail in ready if mail.run == max(imports, default=0)]
        if last_run != [mail.kind for mail in baseline.trails[0].mails if mail.kind == READY]:
            yield f"{name}: the mails of its run are {last_run}"
        for mail in trail.mails:
            most = doubts + (mail.state != "refused")
            if mail.state == "sent" and mail.copies < 1:
                yield f"{name}: {mail} never reached the mail server"
            elif mail.state == "pending" or (
                mail.state == "sending" and not mail.error.startswith("It may have arrived")
            ):
                yield f"{name}: {mail} is still to be sent"
            if mail.copies > most:
                yield f"{name}: {mail.copies} copies of {mail}; {most} are explained"


def nothing_is_asked_more_often_than_attempts_allow(found: Evidence, _: Evidence) -> Iterator[str]:
    """One request to GitHub: at most its retries in each attempt of a step that syncs."""
    tries = 1 + settings.HISTORICAL_SYNC_CONFIG["max_retries"]
    for trail in found.trails:
        attempts = sum(claim.status in SYNCS for claim in trail.taken)
        if trail.most_asked > tries * attempts:
            yield (
                f"{trail.traveller.name}: one request was made {trail.most_asked} times in "
                f"{attempts} attempts of {tries} tries"
            )


def little_is_paid_twice(found: Evidence, baseline: Evidence) -> Iterator[str]:
    """
    Answers of the model beyond an undisturbed run's: what was in flight where a step was ended, and
    the group that was to be stored.

    A new run asks for the insights' words again, and about no pull request.
    """
    in_flight = settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"] + GROUP
    allowed = sum(
        baseline.answers
        + len(INSIGHTS) * (trail.team.pipeline_run - 1)
        + in_flight * broken_off(trail, ANALYSES)
        + broken_off(trail, INSIGHTS)
        for trail in found.trails
    )
    if found.answers > allowed:
        yield f"{found.answers} answers were paid, {allowed} are explained"


def no_healthy_step_is_recovered(found: Evidence, _: Evidence) -> Iterator[str]:
    """A worker is called silent, dead or stopping only after a fault that may have made it so."""
    for trail in found.trails:
        for entry in trail.log:
            if entry.reason in (DEAD, DIED, STOPPING) and not any(
                entry.reason in strike.fault.explains and _at(strike.began) <= entry.at + CLOCKS
                for strike in found.struck
            ):
                told = f"{entry} by {entry.actor}: {entry.reason}"
                yield f"{trail.traveller.name}: {told}; but nothing had happened"


def nobody_is_forgotten(found: Evidence, _: Evidence) -> Iterator[str]:
    """While nothing goes wrong, an active row is touched: by a heartbeat, a claim, recovery."""
    config = settings.PIPELINE
    most = (
        config["lost_dispatch_max_seconds"]
        + config["silence_seconds"]
        + 2 * config["sweep_seconds"]
        + A_START
    )
    for trail in found.trails:
        if (silence := trail.traveller.longest_silence) > most:
            yield f"{trail.traveller.name}: no sign for {silence:.1f} s; {most:.1f} s are allowed"


def nobody_is_left_behind(found: Evidence, baseline: Evidence) -> Iterator[str]:
    """No process, no session of the database and no client of the broker too many."""
    for what, here, there in zip(Rest._fields, found.rest, baseline.rest, strict=True):
        if here > there:
            yield f"{here} {what}; an undisturbed house has at most {there}"


INVARIANTS: tuple[Invariant, ...] = (
    every_team_arrives,
    tickets_are_dense,
    every_step_ends_once,
    the_row_never_moves_back,
    no_ticket_is_worked_twice,
    rows_are_those_of_an_undisturbed_run,
    every_mail_is_sent_once,
    nothing_is_asked_more_often_than_attempts_allow,
    little_is_paid_twice,
    no_healthy_step_is_recovered,
    nobody_is_forgotten,
    nobody_is_left_behind,
)


def broken(found: Evidence, baseline: Evidence) -> list[str]:
    """Every broken invariant of a run, as “name: sentence”."""
    return [
        f"{invariant.__name__.replace('_', ' ')}: {sentence}"
        for invariant in INVARIANTS
        for sentence in invariant(found, baseline)
    ]


def broken_off(trail: Trail, statuses: tuple[Status, ...]) -> int:
    """Attempts of these steps that were ended: by recovery, by a button, by a mistake of ours."""
    entries = {entry.ticket: entry for entry in trail.log}
    ends = [entries.get(claim.ticket + 1) for claim in trail.taken if claim.status in statuses]
    return sum(end is not None and not _has_ended_itself(end) for end in ends)


def _has_ended_itself(end: PipelineTransition) -> bool:
    is_wait = end.verb == "postpone" and end.reason not in OUR_MISTAKES
    return end.verb == "advance" or is_wait


def _journey_of(moves: list[PipelineTransition]) -> tuple[Status, ...]:
    """Of one run: its first move says where it begins."""
    is_refresh = bool(moves) and moves[0].verb == "refresh"
    return refresh_journey() if is_refresh else journey(two_phase=True)


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC)


def _is_allowed(entry: PipelineTransition, failed_at: str) -> bool:
    match entry.verb:
        case "restart" | "start":
            return entry.target == FIRST
        case "refresh":
            return entry.source == Status.COMPLETE and entry.target == FIRST_IN_BACKGROUND
        case "retry":
            return entry.source == Status.FAILED and entry.target == (failed_at or FIRST)
        case "advance":
            return entry.target == next_status(Status(entry.source), two_phase=True)
        case "fail" | "cancel":
            return entry.target == Status.FAILED and entry.source in STEPS
    return entry.source == entry.target
