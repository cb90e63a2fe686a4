"""Upkeep: numbers that nobody is bringing up to date although they should be."""

import logging

from django.db.models import Q
from django.utils import timezone

from apps.metrics.models import Measurement
from apps.metrics.recount import freshen_soon
from apps.metrics.remeasure import outdated

logger = logging.getLogger(__name__)

AT_ONCE = 50  # teams a call


def look_after_numbers() -> list[int]:
    """
    Ask for the teams whose message was lost, and for those that are `outdated`; return them.

    A new version of Mergelight may count otherwise, or keep more than its predecessor did: until a
    team is counted anew, its pages lack what was not kept. Safe to run twice: `freshen_soon` asks
    once.
    """
    lost = Q(freshening_until__lt=timezone.now())
    otherwise = Q(pk__in=outdated().values("pk"), freshening_until=None)
    due = Measurement.objects.filter(lost | otherwise)
    teams = list(due.order_by("computed_at").values_list("team_id", flat=True)[:AT_ONCE])
    for team_id in teams:
        freshen_soon(team_id=team_id)
    if teams:
        logger.info("the numbers of %d teams are asked for again", len(teams))
    return teams
