"""For `teams/_settings_nav.html`: the tabs come from their table, whichever page includes it."""

from django import template

from apps.onboarding.settings_tabs import Tab, tabs_of
from apps.teams.models import Team

register = template.Library()


@register.simple_tag
def settings_tabs(team: Team) -> list[tuple[Tab, str]]:
    return tabs_of(team)
