"""What the pages about Jira show: how it stands, the sites and projects to choose from."""

from collections.abc import Collection, Mapping
from math import ceil

from apps.core.errors import TransientError
from apps.github.api.patience import FOR_A_LIST, at_most
from apps.jira import client as jira
from apps.jira import oauth
from apps.jira.client import MOST_PROJECTS
from apps.jira.connections import client_of, connection_of
from apps.jira.errors import JiraError, JiraLimited, JiraNotFound
from apps.jira.models import JiraConnection, JiraIssue, JiraProject
from apps.jira.payloads import Project, Site
from apps.jira.renewing import good_token
from apps.teams.models import Team

LONGEST_WORD = 80  # of a project's name


def page_of(team: Team, asked: Mapping[str, str]) -> dict[str, object]:
    """
    The context of `onboarding/_jira.html`; Jira is asked only where something is to be chosen.

    :param asked: of the page's address: `q`, a word of the project's name; `change`.
    """
    context = standing_of(team)
    connection, projects = connection_of(team), _projects(team)
    if connection is None or (projects and "change" not in asked):
        return context
    try:
        with at_most(FOR_A_LIST):
            if not connection.cloud_id:
                return context | {"chooses_site": True, "sites": sites_of(connection)}
            word = asked.get("q", "").strip()[:LONGEST_WORD]
            return context | _choice(connection, projects, word)
    except JiraError as exc:
        return context | {"refusal": on_a_page(exc)}


def standing_of(team: Team) -> dict[str, object]:
    """The same without asking Jira anything."""
    connection = connection_of(team)
    return {
        "is_configured": oauth.is_configured(),
        "connection": connection,
        "projects": _projects(team),
        "scopes": oauth.SCOPES,
        "issues": JiraIssue.objects.filter(team=team).count() if connection else 0,
    }


def _projects(team: Team) -> list[JiraProject]:
    return list(JiraProject.objects.filter(team=team).order_by("key"))


def _choice(
    connection: JiraConnection, projects: list[JiraProject], word: str
) -> dict[str, object]:
    """What is chosen stays in the list, whatever is searched for: the form replaces the choice."""
    offered = offered_by(connection, word)
    known = {each.jira_id for each in offered}
    chosen = [Project(each.jira_id, each.key, each.name) for each in projects]
    return {
        "chooses": True,
        "word": word,
        "offered": [*(each for each in chosen if each.jira_id not in known), *offered],
        "chosen": {each.jira_id for each in chosen},
        "most": MOST_PROJECTS,
        "is_cut": len(offered) == MOST_PROJECTS,
    }


def offered_by(connection: JiraConnection, word: str = "") -> list[Project]:
    """:raises JiraError: with a sentence."""
    with client_of(connection) as client:
        return client.projects(word)


def looked_up(connection: JiraConnection, ids: Collection[str]) -> dict[str, Project]:
    """
    Projects that a search has shown and the list has not, by their ids; others are left out.

    :raises JiraError: with a sentence.
    """
    found: dict[str, Project] = {}
    with client_of(connection) as client:
        for jira_id in sorted(each for each in ids if each.isascii() and each.isdigit()):
            try:
                project = client.project(jira_id)
            except JiraNotFound:
                continue
            found[project.jira_id] = project
    return found


def sites_of(connection: JiraConnection) -> list[Site]:
    """:raises JiraError: with a sentence."""
    return jira.sites(good_token(connection.pk))


def on_a_page(exc: JiraError) -> str:
    """Nothing goes on by itself here, so it says when to try again."""
    if isinstance(exc, JiraLimited):
        minutes = max(1, ceil((exc.retry_after or 0) / 60))
        return f"{exc} Try again in {minutes} minute{'s' if minutes > 1 else ''}."
    return f"{exc} Try again in a minute." if isinstance(exc, TransientError) else str(exc)
