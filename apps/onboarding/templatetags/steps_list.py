"""For `onboarding/_steps.html`: the steps come from their table, whichever page includes it."""

from django import template

from apps.onboarding.steps import StepInList, steps_of
from apps.teams.models import Team

register = template.Library()


@register.simple_tag
def steps_list(team: Team | str, here: int) -> tuple[StepInList, ...]:
    """:param team: empty on a page before there is one."""
    return steps_of(team if isinstance(team, Team) else None, here)
