"""
The pipeline on one page: every status, what its one task does, and where it leads.

`STEPS` is the only list. Labels, choices, phases, the order, the active statuses, the database's
constraint, recovery, task routes and pages are derived from it; `tests/pipeline/test_machine.py`
proves that each status is in all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices


class Status(TextChoices):
    NOT_STARTED = "not_started", "Not started"
    SYNCING_MEMBERS = "syncing_members", "Fetching members"
    SYNCING = "syncing", "Syncing PRs"
    LLM_PROCESSING = "llm_processing", "Analyzing with AI"
    COMPUTING_METRICS = "computing_metrics", "Computing metrics"
    COMPUTING_INSIGHTS = "computing_insights", "Computing insights"
    PHASE1_COMPLETE = "phase1_complete", "Dashboard ready"
    BACKGROUND_SYNCING = "background_syncing", "Background: syncing"
    BACKGROUND_LLM = "background_llm", "Background: analyzing"
    BACKGROUND_METRICS = "background_metrics", "Background: computing metrics"
    BACKGROUND_INSIGHTS = "background_insights", "Background: computing insights"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"
    #: The end: nothing runs, no verb leads out, and soon there is no row.
    DELETING = "deleting", "Being deleted"


@dataclass(frozen=True)
class Step:
    """One row of the pipeline: what runs in a status, and where it leads."""

    task: str  #: dotted path of the Celery task, imported only when it is sent
    then: Status  #: the status after the task has succeeded
    phase: int  #: 1 keeps the dashboard closed until it is over, 2 runs in the background
    queue: str  #: one of config.celery.QUEUES
    then_without_phase2: Status | None = None  #: where it leads in a run of one phase


S = Status

# fmt: off
STEPS: Mapping[Status, Step] = MappingProxyType({
    # status                what runs                                        then                   phase queue
    # Phase 1: the last 30 days. The team watches the status page.
    S.SYNCING_MEMBERS:     Step("apps.github.tasks.sync_members",            S.SYNCING,             1, "phase1"),
    S.SYNCING:             Step("apps.github.tasks.sync_recent",             S.LLM_PROCESSING,      1, "phase1"),
    S.LLM_PROCESSING:      Step("apps.llm.tasks.analyse_recent",             S.COMPUTING_METRICS,   1, "phase1"),
    S.COMPUTING_METRICS:   Step("apps.metrics.tasks.compute_recent",         S.COMPUTING_INSIGHTS,  1, "phase1"),
    S.COMPUTING_INSIGHTS:  Step("apps.insights.tasks.compute_recent",        S.PHASE1_COMPLETE,     1, "phase1",
                                then_without_phase2=S.COMPLETE),
    S.PHASE1_COMPLETE:     Step("apps.notifications.tasks.announce_ready",   S.BACKGROUND_SYNCING,  1, "phase1"),
    # Phase 2: days 31 to 90. The dashboard is open.
    S.BACKGROUND_SYNCING:  Step("apps.github.tasks.sync_older",              S.BACKGROUND_LLM,      2, "phase2"),
    S.BACKGROUND_LLM:      Step("apps.llm.tasks.analyse_older",              S.BACKGROUND_METRICS,  2, "phase2"),
    S.BACKGROUND_METRICS:  Step("apps.metrics.tasks.compute_all",            S.BACKGROUND_INSIGHTS, 2, "phase2"),
    S.BACKGROUND_INSIGHTS: Step("apps.insights.tasks.compute_all",           S.COMPLETE,            2, "phase2"),
})
# fmt: on

FIRST = next(iter(STEPS))
ACTIVE: tuple[Status, ...] = tuple(STEPS)
#: Where a refresh begins: all of it happens behind an open dashboard.
FIRST_IN_BACKGROUND = next(status for status, step in STEPS.items() if step.phase == 2)
#: Where phase 1 is over: entering one of these opens the dashboard, for good.
OPENS_DASHBOARD: frozenset[Status] = frozenset({S.PHASE1_COMPLETE, S.COMPLETE})
STATUS_OF_TASK: Mapping[str, Status] = MappingProxyType(
    {step.task: status for status, step in STEPS.items()}
)


def next_status(status: Status, *, two_phase: bool) -> Status:
    """
    Where a finished step leads.

    :raises KeyError: for a status in which nothing runs.
    """
    step = STEPS[status]
    if not two_phase and step.then_without_phase2 is not None:
        return step.then_without_phase2
    return step.then


def journey(*, two_phase: bool) -> tuple[Status, ...]:
    """Every status of a run in order, from the first step to `complete`."""
    statuses = [FIRST]
    while statuses[-1] in STEPS:
        statuses.append(next_status(statuses[-1], two_phase=two_phase))
    return tuple(statuses)


def refresh_journey() -> tuple[Status, ...]:
    """Every status of a run that brings a complete history up to date, to `complete`."""
    statuses = journey(two_phase=True)
    return statuses[statuses.index(FIRST_IN_BACKGROUND) :]
