"""Issues that pull requests name, and that no pass has shown: older ones, moved ones, and none."""

from collections.abc import Iterator, Sequence

from django.utils import timezone

from apps.jira.client import KEYS_AT_ONCE, JiraClient
from apps.jira.errors import JiraNotFound
from apps.jira.links import unknown_keys
from apps.jira.models import IssueLink, JiraIssue, JiraProject
from apps.jira.passes import store_issues
from apps.jira.payloads import Issue
from apps.jira.turns import Turn
from apps.teams.models import Team


def look_up_unknown(client: JiraClient, turn: Turn, team: Team) -> Iterator[bool]:
    """Ask Jira for each such key once, a step a hundred of them; a hundred are one transaction."""
    keys = unknown_keys(team)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        found = _found(client, some)
        with turn.batch():
            _store(team, some, found)
        yield True


def _found(client: JiraClient, keys: Sequence[str]) -> dict[str, Issue]:
    """
    The issues by the keys that were asked for.

    One that was moved comes under another key, and the answer does not say for which: only then
    each key that is left is asked for by itself.
    """
    issues = {issue.key: issue for issue in client.look_up(keys)}
    found = {key: issues[key] for key in keys if key in issues}
    if len(found) < len(issues):
        for key in keys:
            if key not in found:
                try:
                    found[key] = client.issue(key)
                except JiraNotFound:
                    continue
    return found


def _store(team: Team, asked: Sequence[str], found: dict[str, Issue]) -> None:
    """An issue that is now in a project that the team has not chosen is none of its issues."""
    now = timezone.now()
    projects = {project.jira_id: project for project in JiraProject.objects.filter(team=team)}
    for project in projects.values():
        own = [issue for issue in found.values() if issue.project_id == project.jira_id]
        if own:
            store_issues(project, own, seen_at=now)
    by_id = dict(
        JiraIssue.objects.filter(
            team=team, jira_id__in={issue.jira_id for issue in found.values()}
        ).values_list("jira_id", "pk")
    )
    links = IssueLink.objects.filter(team=team)
    links.filter(key__in=asked).update(looked_up_at=now)
    for key, issue in found.items():
        if issue.jira_id in by_id:
            links.filter(key=key, issue=None).update(issue=by_id[issue.jira_id])
