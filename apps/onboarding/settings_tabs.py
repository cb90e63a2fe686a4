"""The tabs of a team's settings: one table, in the order in which they stand."""

from dataclasses import dataclass

from django.urls import reverse

from apps.teams.models import Team


@dataclass(frozen=True)
class Tab:
    """A page of the settings. Everybody in the team may open it; it shows forms to admins only."""

    here: str  #: what its page calls itself where it includes `teams/_settings_nav.html`
    label: str
    url_name: str  #: takes the team's slug


TABS: tuple[Tab, ...] = (
    Tab("repositories", "Repositories", "onboarding:settings"),
    Tab("connection", "Connection", "onboarding:settings_connection"),
    Tab("members", "Members", "onboarding:members"),
    Tab("jira", "Jira", "onboarding:settings_jira"),
    Tab("slack", "Slack", "onboarding:settings_slack"),
    Tab("messages", "Messages", "notifications:team"),
    Tab("counting", "Counting", "dashboard:counting"),
    Tab("ai-use", "AI use", "dashboard:ai_use"),
    Tab("team", "Team", "onboarding:settings_team"),
)


def tabs_of(team: Team) -> list[tuple[Tab, str]]:
    """Every tab with its address; no query."""
    return [(tab, reverse(tab.url_name, args=[team.slug])) for tab in TABS]
