"""Any interleaving of work, crashes, duplicates, recovery, buttons and stale saves is safe."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import TestCase
from django_fsm import ConcurrentTransition
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.pipeline import receivers
from apps.pipeline.claims import Claim, TicketLost, take
from apps.pipeline.columns import STATUS
from apps.pipeline.identity import this_process
from apps.pipeline.machine import FIRST_IN_BACKGROUND, STEPS, Status, next_status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.recovery import hand_over, recover, silent
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import TeamFactory

BUTTONS = ("start", "pause", "resume", "retry", "cancel", "refresh", "restart")


class Lift(RuleBasedStateMachine):
    """One team, any number of workers, a broker that loses and repeats, and impatient people."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.team_id = TeamFactory().pk
        self.stale = Team.objects.get(pk=self.team_id)
        self.messages: list[tuple[int, Status]] = []
        self.workers: list[Claim] = []
        self.claimed: list[int] = []
        self.publish, receivers.publish = receivers.publish, self.receive

    def teardown(self) -> None:
        try:
            self.finish_in_peace()
        finally:
            self.leave()

    def finish_in_peace(self) -> None:
        """Whatever has happened: with a worker, a sweep and nobody interfering, the run ends."""
        self.workers.clear()
        for verb in ("start", "resume", "retry"):
            self.press(verb)
        for _ in range(3 * len(STEPS)):
            self.sweep(days=1)
            for ticket, status in self.messages:
                claim = take(team_id=self.team_id, ticket=ticket, status=status)
                if claim is not None:
                    self.claimed.append(ticket)
                    self.workers.append(claim)
            self.messages.clear()
            for claim in self.workers:
                self.committed(
                    lambda ticket=claim.ticket: move(
                        self.team_id, "advance", actor="worker", ticket=ticket
                    )
                )
            self.workers.clear()
        assert self.row().onboarding_pipeline_status == Status.COMPLETE

    def leave(self) -> None:
        receivers.publish = self.publish
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def receive(self, team_id: int, *, ticket: int, status: Status) -> None:
        self.messages.append((ticket, status))

    def committed(self, act: Any, *, dies: bool = False) -> None:
        """Act and commit; a process that dies after its COMMIT publishes nothing."""
        with TestCase.captureOnCommitCallbacks(execute=not dies):
            act()

    @rule(verb=st.sampled_from(BUTTONS), dies=st.booleans())
    def press(self, verb: str, dies: bool = False) -> None:
        with contextlib.suppress(MoveRefused):
            self.committed(lambda: move(self.team_id, verb, actor="person"), dies=dies)

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), again=st.booleans())
    def deliver(self, data: Any, again: bool) -> None:
        message = data.draw(st.sampled_from(self.messages))
        if not again:
            self.messages.remove(message)
        ticket, status = message
        claim = take(team_id=self.team_id, ticket=ticket, status=status)
        if claim is not None:
            self.claimed.append(ticket)
            self.workers.append(claim)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def write(self, data: Any) -> None:
        claim = data.draw(st.sampled_from(self.workers))
        try:
            with claim.batch():
                assert claim.ticket == self.row().pipeline_ticket
        except TicketLost:
            self.workers.remove(claim)

    @precondition(lambda self: self.workers)
    @rule(
        data=st.data(),
        how=st.sampled_from(["advance", "fail", "postpone"]),
        dies=st.booleans(),
    )
    def end(self, data: Any, how: str, dies: bool) -> None:
        claim = data.draw(st.sampled_from(self.workers))
        self.workers.remove(claim)
        arguments: dict[str, dict[str, Any]] = {
            "advance": {},
            "fail": {"reason": "Reconnect GitHub."},
            "postpone": {"seconds": 0, "sentence": "GitHub did not answer.", "attempts": 1},
        }
        with contextlib.suppress(StaleTicket):
            self.committed(
                lambda: move(
                    self.team_id,
                    how,
                    actor="worker",
                    ticket=claim.ticket,
                    arguments=arguments[how],
                ),
                dies=dies,
            )

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), is_seen=st.booleans())
    def crash(self, data: Any, is_seen: bool) -> None:
        """A worker dies: on this machine recovery can see that, on another it cannot."""
        claim = data.draw(st.sampled_from(self.workers))
        self.workers.remove(claim)
        if is_seen:
            me = this_process()
            rows().filter(pk=self.team_id, pipeline_claimed=claim.ticket).update(
                pipeline_worker=f"{me.place} {me.parent} {me.process.partition('.')[0]}.0"
            )

    @rule()
    def stop_the_workers(self) -> None:
        """They are told to: what they have taken is sent again, and they may go on for a while."""
        self.committed(lambda: hand_over(actor="worker stop"))

    @rule()
    def lose_all_messages(self) -> None:
        self.messages.clear()

    @rule(days=st.sampled_from([0, 1]), dies=st.booleans())
    def sweep(self, days: int, dies: bool = False) -> None:
        if days:
            row = self.row()
            rows().filter(pk=self.team_id).update(
                pipeline_changed_at=row.pipeline_changed_at.replace(year=2020),
                pipeline_heartbeat_at=row.pipeline_changed_at.replace(year=2020),
            )
        self.committed(recover, dies=dies)

    @rule()
    def save_a_stale_copy(self) -> None:
        self.committed(self.stale.save)

    @rule()
    def save_the_status_of_a_stale_copy(self) -> None:
        """Refused if anybody has moved the row since; otherwise it is a ticket like any other."""
        with contextlib.suppress(ConcurrentTransition):
            self.committed(lambda: self.stale.save(update_fields=[STATUS]))

    @rule()
    def load_a_copy_to_save_later(self) -> None:
        self.stale = Team.objects.get(pk=self.team_id)

    def row(self) -> Team:
        return Team.objects.get(pk=self.team_id)

    @invariant()
    def no_ticket_is_claimed_twice(self) -> None:
        assert len(self.claimed) == len(set(self.claimed))
        row = self.row()
        assert row.pipeline_claimed <= row.pipeline_ticket

    @invariant()
    def the_log_is_dense_and_its_links_fit(self) -> None:
        log = list(PipelineTransition.objects.filter(team=self.team_id).order_by("ticket"))
        row = self.row()
        assert [entry.ticket for entry in log] == list(range(1, row.pipeline_ticket + 1))
        status = str(Status.NOT_STARTED)
        for entry in log:
            assert entry.source == status
            status = entry.target
            if entry.verb == "advance":
                assert entry.target == next_status(Status(entry.source), two_phase=True)
            if entry.verb == "refresh":
                assert entry.source in (Status.COMPLETE, Status.FAILED)
                assert entry.target == FIRST_IN_BACKGROUND
        assert row.onboarding_pipeline_status == status

    @invariant()
    def an_active_row_is_never_forgotten(self) -> None:
        row = self.row()
        if row.onboarding_pipeline_status in STEPS and not row.pipeline_paused:
            in_hand = {ticket for ticket, _ in self.messages} | {c.ticket for c in self.workers}
            some_day = row.pipeline_changed_at + timedelta(days=365)
            recoverable = rows().filter(silent(some_day), pk=row.pk).exists()
            assert row.pipeline_ticket in in_hand or recoverable


@pytest.mark.django_db(transaction=True)
def test_any_interleaving_keeps_the_invariants():
    run_state_machine_as_test(
        Lift,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
