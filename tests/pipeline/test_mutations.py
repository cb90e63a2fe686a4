"""
The negative control: take one safeguard away, and the model must find out.

Each mutation is the smallest change that removes one thing; the rest is the real code. A model that
passes over a mutated product would prove nothing of the product.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from django.db import models, transaction
from django.db.models.functions import Now
from model_utils.tracker import FieldInstanceTracker

from apps.pipeline import claims, receivers, recovery, runner
from apps.pipeline.columns import PipelineColumns
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineModel, PipelineTransition
from tests.pipeline.invariants import BrokenInvariant
from tests.pipeline.model import Budgets, Model
from tests.pipeline.real_row import real_row

pytestmark = pytest.mark.django_db(transaction=True)

BUDGETS = Budgets(recoveries=1, duplicates=1, losses=1, crashes=1, failures=1)
Patch = pytest.MonkeyPatch


def explore(folder: Path, budgets: Budgets = BUDGETS) -> None:
    with real_row(folder) as real:
        Model(real, budgets, steps=2).explore()


# --- Mutations ------------------------------------------------------------------------------------


def forgetting(*conditions: str) -> Callable[[], models.QuerySet[Any]]:
    """`rows()`, except that its first `filter()` leaves these conditions out."""
    real_rows = claims.rows

    class Forgetful:
        def filter(self, **given: Any) -> models.QuerySet[Any]:
            return real_rows().filter(**{k: v for k, v in given.items() if k not in conditions})

    return Forgetful


def a_ticket_may_be_claimed_again(patch: Patch) -> None:
    patch.setattr(claims, "rows", forgetting("pipeline_claimed__lt"))


def a_batch_does_not_ask_for_its_ticket(patch: Patch) -> None:
    def touch(claim: claims.Claim, columns: dict[str, Any]) -> None:
        claims.rows().filter(pk=claim.row.pk).update(pipeline_heartbeat_at=Now(), **columns)

    patch.setattr(claims.Claim, "_touch", touch)


def a_move_does_not_ask_for_its_ticket(patch: Patch) -> None:
    def move(*args: Any, ticket: int, **others: Any) -> PipelineModel:
        return real_move(*args, **others)

    real_move = runner.move
    patch.setattr(runner, "move", move)


def a_save_does_not_compare(patch: Patch) -> None:
    patch.delattr(PipelineColumns, "_do_update")


def a_broker_that_refuses_is_heard(patch: Patch) -> None:
    def hint(task: Task, **options: Any) -> None:
        task.apply_async(**options)

    def on_commit(callback: Callable[[], None], using: str | None = None, **_: Any) -> None:
        real_on_commit(callback, using=using)

    real_on_commit = transaction.on_commit
    patch.setattr(receivers, "hint", hint)
    patch.setattr(transaction, "on_commit", on_commit)


def nothing_is_recovered(patch: Patch) -> None:
    patch.setattr(recovery, "recover", lambda **_: [])


def every_worker_is_called_gone(patch: Patch) -> None:
    patch.setattr(recovery, "is_gone", lambda _process: True)


def the_tracker_tells_of_the_status_only(patch: Patch) -> None:
    def has_changed(tracker: FieldInstanceTracker, _field: str) -> bool:
        move = tracker.instance.last_move()
        return bool(move.source != move.target)

    patch.setattr(FieldInstanceTracker, "has_changed", has_changed)


def there_are_no_tickets(patch: Patch) -> None:
    """Claims and moves compare the status, as `ConcurrentTransitionMixin` does."""
    patch.setattr(claims, "rows", forgetting("pipeline_ticket", "pipeline_claimed__lt"))
    a_batch_does_not_ask_for_its_ticket(patch)
    a_move_does_not_ask_for_its_ticket(patch)


def messages_are_sent_before_the_commit(patch: Patch) -> None:
    def on_commit(callback: Callable[[], None], **_: Any) -> None:
        callback()

    patch.setattr(transaction, "on_commit", on_commit)


def the_log_is_written_after_the_commit(patch: Patch) -> None:
    def save(entry: PipelineTransition, using: str | None = None) -> None:
        transaction.on_commit(lambda: real_save(entry, using=using))

    real_save = PipelineTransition.save
    patch.setattr(PipelineTransition, "save", save)


def an_update_forgets_that_all_was_read(patch: Patch) -> None:
    def begin_run(row: PipelineModel, verb: str, **options: Any) -> None:
        real_begin_run(row, verb, **options)
        row._change(onboarding_pipeline_completed_at=None)

    real_begin_run = PipelineModel._begin_run
    patch.setattr(PipelineModel, "_begin_run", begin_run)


def an_update_begins_in_the_midst_of_a_run(patch: Patch) -> None:
    verb = PipelineModel.refresh._django_fsm
    at_rest = verb.transitions[Status.COMPLETE]
    patch.setattr(verb, "transitions", {**verb.transitions, Status.BACKGROUND_INSIGHTS: at_rest})


# --- The controls ---------------------------------------------------------------------------------


def test_nothing_is_broken_without_a_mutation(tmp_path: Path):
    explore(tmp_path / "armed")


@pytest.mark.parametrize(
    ("mutation", "broken"),
    [
        (a_ticket_may_be_claimed_again, "was taken twice"),
        (a_batch_does_not_ask_for_its_ticket, "an effect of a stale ticket"),
        (a_move_does_not_ask_for_its_ticket, "a stale worker moved the row"),
        (a_save_does_not_compare, "old_copy_saves_its_status: the log has a gap"),
        (a_broker_that_refuses_is_heard, "the broker refuses.*raised ConnectionRefusedError"),
        (nothing_is_recovered, "no recovery ever finds"),
        (every_worker_is_called_gone, "recover: the row was healthy"),
        (the_tracker_tells_of_the_status_only, "the end cannot be reached"),
        (there_are_no_tickets, "was taken twice"),
        (messages_are_sent_before_the_commit, "a message of a ticket that was never stored"),
        (the_log_is_written_after_the_commit, "the log says"),
    ],
)
def test_each_safeguard_that_is_taken_away_is_missed(
    mutation: Callable[[Patch], None], broken: str, tmp_path: Path, monkeypatch: Patch
):
    mutation(monkeypatch)

    with pytest.raises(BrokenInvariant, match=broken):
        explore(tmp_path / "armed")


@pytest.mark.parametrize(
    ("mutation", "broken"),
    [
        (an_update_forgets_that_all_was_read, "what was complete is forgotten"),
        (an_update_begins_in_the_midst_of_a_run, "a refresh of a run under way"),
    ],
)
def test_an_update_that_does_more_than_it_may_is_missed(
    mutation: Callable[[Patch], None], broken: str, tmp_path: Path, monkeypatch: Patch
):
    mutation(monkeypatch)

    with pytest.raises(BrokenInvariant, match=broken):
        explore(tmp_path / "armed", Budgets(presses=1))
