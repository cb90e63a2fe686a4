"""Finding and explaining outside of a run: after a team has moved a threshold."""

import logging
from datetime import datetime

from apps.insights.explain import explain
from apps.insights.fence import Moved, Unclaimed, is_computing
from apps.insights.find import find
from apps.metrics.models import Measurement
from apps.teams.models import Team

logger = logging.getLogger(__name__)


class Busy(Exception):
    """A run is at the team's insights, or moves too fast: come again in a while."""


def compute_anew(team_id: int, *, now: datetime) -> None:
    """
    Find and explain with the thresholds that hold now; nothing for a team without numbers.

    Any number at once is safe. The model is asked only if what it is told has changed and the
    budget allows it.

    :raises Busy: while a run computes the insights: it may have read the thresholds before the
        change.
    """
    team = Team.objects.filter(pk=team_id).first()
    if team is None or not Measurement.objects.filter(team=team).exists():
        return
    if is_computing(team):
        raise Busy(f"team {team_id}")
    fence = Unclaimed(team)
    try:
        find(fence, now=now)
        explain(fence, now=now)
    except Moved as exc:
        logger.info("team %s: its run moved; its insights are computed later", team_id)
        raise Busy(f"team {team_id}") from exc
