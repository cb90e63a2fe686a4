"""What the pipeline's log tells that somebody should hear of, and has not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Now

from apps.notifications.messages import COMPLETE, FAILED, READY, WEEKLY
from apps.notifications.models import Notification
from apps.notifications.preferences import channels, recipients
from apps.pipeline import nightly, refreshes
from apps.pipeline.machine import OPENS_DASHBOARD, STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import BEGINNINGS
from apps.teams.models import Team

PHASE_1 = tuple(status for status, step in STEPS.items() if step.phase == 1)
PHASE_2 = tuple(status for status, step in STEPS.items() if step.phase == 2)
SET_GOING = (*BEGINNINGS, "refresh", "retry")
MACHINES = (nightly.ACTOR, refreshes.WEBHOOK, WEEKLY)  # nobody waits for what these have set going
ENDS = (Status.FAILED, Status.COMPLETE, Status.PHASE1_COMPLETE)
NEWS = timedelta(days=1)  # for so long something is told to whoever can be reached


@dataclass(frozen=True)
class News:
    team_id: int
    run: int
    ticket: int = 0


def opened() -> Iterator[News]:
    """
    Runs that have opened their team's dashboard.

    For runs without a phase 2, which pass no step that announces, and for channels that are chosen
    later. Whether the last run has opened it is asked of the log: `phase1_completed_at` may be an
    earlier run's. A refresh opens nothing, and hides nothing: it may begin right after the run
    whose message is still to be written. After a day it is no news any more: whoever is the first
    to join, or to get an address, is not told of an old run.
    """
    begun_again = PipelineTransition.objects.filter(
        team=OuterRef("team"), ticket__gt=OuterRef("ticket"), verb__in=BEGINNINGS
    )
    found = _moves(verb="advance", source__in=PHASE_1, target__in=OPENS_DASHBOARD).filter(
        ~Exists(begun_again)
    )
    teams = Team.objects.filter(phase1_completed_at__isnull=False)
    for team_id, run, _ in _untold(teams, found.order_by("-ticket"), READY):
        yield News(team_id, run)


def completed() -> Iterator[News]:
    """
    Runs that have read the whole history for the first time since it was begun.

    Phase 2's end, also where only an update has reached it; an update of a history that was
    complete is none. A run of one phase has told everything when it opened the dashboard.
    """
    moves = PipelineTransition.objects.filter(team=OuterRef("team"))
    begun_between = moves.filter(
        ticket__gt=OuterRef("ticket"), ticket__lt=OuterRef(OuterRef("ticket")), verb__in=BEGINNINGS
    )
    ends = moves.filter(verb="advance", target=Status.COMPLETE, ticket__lt=OuterRef("ticket"))
    begun_again = moves.filter(ticket__gt=OuterRef("ticket"), verb__in=BEGINNINGS)
    ended = _moves(verb="advance", source__in=PHASE_2, target=Status.COMPLETE)
    found = ended.filter(~Exists(ends.filter(~Exists(begun_between))), ~Exists(begun_again))
    for team_id, run, _ in _untold(Team.objects.all(), found, COMPLETE):
        yield News(team_id, run)


def failures() -> Iterator[News]:
    """
    What has failed, and still stands so: not what somebody has cancelled, or set going again.

    Once for a cause: an update that nobody has asked for, and that fails as the one before it did,
    tells nobody anything new (a connection that is lost would fail every night).
    """
    moves = PipelineTransition.objects.filter(
        team=OuterRef("team"), ticket__lt=OuterRef("ticket")
    ).order_by("-ticket")
    before = moves.filter(target__in=ENDS).exclude(source=F("target"))
    found = (
        _moves(verb="fail", ticket=OuterRef("pipeline_ticket"))
        .annotate(
            set_going_by=_known(moves.filter(verb__in=SET_GOING).values("actor")),
            verb_before=_known(before.values("verb")),
            reason_before=_known(before.values("reason")),
        )
        .exclude(set_going_by__in=MACHINES, verb_before="fail", reason_before=F("reason"))
    )
    teams = Team.objects.filter(onboarding_pipeline_status=Status.FAILED)
    for team_id, run, ticket in _untold(teams, found, FAILED, is_of_ticket=True):
        yield News(team_id, run, ticket)


def _moves(**conditions: Any) -> QuerySet[PipelineTransition]:
    """Of the outer team, while they are news."""
    return PipelineTransition.objects.filter(
        team=OuterRef("pk"), at__gte=Now() - NEWS, **conditions
    )


def _known(texts: QuerySet[PipelineTransition, Any]) -> Coalesce:
    """The first of them; empty where there is none, so that it can be compared."""
    return Coalesce(Subquery(texts[:1]), Value(""), output_field=TextField())


def _untold(
    teams: QuerySet[Any],
    moves: QuerySet[PipelineTransition],
    kind: str,
    *,
    is_of_ticket: bool = False,
) -> Iterable[tuple[int, int, int]]:
    """
    Team, run and ticket, where there is such a move that somebody, or a channel, has no row about.

    :param is_of_ticket: rows are told apart by the ticket, not only by the run.
    """
    told = Notification.objects.filter(
        team=OuterRef("pk"),
        kind=kind,
        run=OuterRef("told_run"),
        ticket=OuterRef("pipeline_ticket") if is_of_ticket else Value(0),
    )
    people = Exists(recipients(kind).filter(team=OuterRef("pk")))
    channel = Exists(channels(kind).filter(team=OuterRef("pk")))
    to_people = Q(people) & ~Q(Exists(told.filter(user__isnull=False)))
    to_channel = Q(channel) & ~Q(Exists(told.filter(user=None)))
    living = teams.exclude(onboarding_pipeline_status=Status.DELETING)
    found = living.annotate(told_run=Subquery(moves.values("run")[:1]))
    found = found.filter(to_people | to_channel, told_run__isnull=False)
    rows: Iterable[tuple[int, int, int]] = found.values_list("pk", "told_run", "pipeline_ticket")
    return rows
