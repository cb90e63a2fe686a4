"""For `base.html`'s block `floating`: the import of a team, above the pages beside it."""

from typing import Any

from django import template
from django.template.context import RequestContext

from apps.accounts.models import User
from apps.onboarding.first_numbers import first_numbers_of
from apps.onboarding.progress import progress_of
from apps.onboarding.watching import facts_now
from apps.pipeline.machine import ACTIVE
from apps.teams.models import Team

register = template.Library()


@register.inclusion_tag("onboarding/_floating.html", takes_context=True)
def import_indicator(context: RequestContext) -> dict[str, Any]:
    """
    Of the page's `team`; of the visitor's newest team that is being read, where it has none.

    Nothing while nothing runs, and nothing to whoever is not signed in.
    """
    user, team = context["user"], context.get("team")
    if not user.is_authenticated:
        return {}
    team = team if isinstance(team, Team) else _running_of(user)
    if team is None or team.onboarding_pipeline_status not in ACTIVE:
        return {}
    progress = progress_of(facts_now(team, user))
    numbers = first_numbers_of(team, progress.standing)
    return {"team": team, "progress": progress, "first_numbers": numbers}


def _running_of(user: User) -> Team | None:
    running = user.teams.filter(onboarding_pipeline_status__in=ACTIVE)
    return running.order_by("-memberships__created").first()
