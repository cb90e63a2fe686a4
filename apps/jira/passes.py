"""Reading one project: what was changed, page by page, and now and then the whole history."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone

from apps.core.history import history_start
from apps.jira.client import JiraClient
from apps.jira.models import IssueLink, JiraIssue, JiraProject
from apps.jira.payloads import Issue, IssuePage
from apps.jira.turns import Turn

#: Read again before the last change that is known: two changes of one minute, and clocks.
OVERLAP = timedelta(minutes=10)
#: So often everything is looked at anew. Jira tells nobody what was deleted, or moved elsewhere.
FULL_EVERY = timedelta(days=7)
_REPLACED = (
    *("project", "key", "kind", "level", "status", "category"),
    *("created_at", "updated_at", "done_at", "seen_at"),
)


def read_project(client: JiraClient, turn: Turn, project: JiraProject) -> Iterator[bool]:
    """
    One pass over the project's issues, a step a page; a page is one transaction.

    It goes on where an earlier one was interrupted: by the last change that is stored, and not by
    Jira's token of the next page, which ends with it. Each step says whether the pass may be
    interrupted there: not among issues that were all changed at once, as an import of thousands
    is, for it would begin with the same ones again, and never come to an end.

    :raises JiraError, TurnLost: what is stored stays.
    """
    now = timezone.now()
    if project.pass_began_at is None:
        _begin(turn, project, now)
    start, token, asked = _start(project, now), "", set[str]()
    # The same for all pages, whatever they bring: a token belongs to its question.
    minutes = max(1, ceil((now - start).total_seconds() / 60))
    while True:
        page = client.issues(project.jira_id, minutes=minutes, page_token=token)
        with turn.batch():
            _store(project, page)
        yield _start(project, now) - start >= OVERLAP
        # A token that comes twice would be asked for ever.
        token = page.next_token
        if not token or token in asked:
            break
        asked.add(token)
    with turn.batch():
        _end(project)


def _begin(turn: Turn, project: JiraProject, now: datetime) -> None:
    start = _history_start(project, now)
    last = project.full_pass_at
    is_longer = project.read_from is None or start < project.read_from - timedelta(days=1)
    project.pass_is_full = last is None or last < now - FULL_EVERY or is_longer
    project.pass_began_at, project.pass_reached = now, None
    with turn.batch():
        project.save(update_fields=["pass_is_full", "pass_began_at", "pass_reached", "modified"])


def _history_start(project: JiraProject, moment: datetime) -> datetime:
    return history_start(moment, days=project.team.history_days)


def _start(project: JiraProject, now: datetime) -> datetime:
    """Since when changes are asked for, were the pass to go on now."""
    since = project.pass_reached or (None if project.pass_is_full else project.read_until)
    return since - OVERLAP if since else _history_start(project, now)


def _store(project: JiraProject, page: IssuePage) -> None:
    own = [each for each in page.issues if each.project_id == project.jira_id]
    began = project.pass_began_at or timezone.now()
    store_issues(project, own, seen_at=began)
    if own:
        newest = max(issue.updated_at for issue in own)
        project.pass_reached = max(newest, project.pass_reached or newest)
        _rename(project, own[-1].project_key)
    project.save(update_fields=["pass_reached", "key", "former_keys", "modified"])


def store_issues(project: JiraProject, issues: Sequence[Issue], *, seen_at: datetime) -> None:
    """Add or rewrite these, in one statement; to be called in a transaction."""
    by_id = {issue.jira_id: issue for issue in issues}  # the last one counts, should one come twice
    JiraIssue.objects.bulk_create(
        (
            JiraIssue(
                team_id=project.team_id,
                project=project,
                jira_id=issue.jira_id,
                key=issue.key,
                kind=issue.kind,
                level=issue.level,
                status=issue.status,
                category=issue.category,
                created_at=issue.created_at,
                updated_at=issue.updated_at,
                done_at=issue.done_at,
                seen_at=seen_at,
            )
            for issue in by_id.values()
        ),
        update_conflicts=True,
        unique_fields=["team", "jira_id"],
        update_fields=_REPLACED,
    )


def _rename(project: JiraProject, key: str) -> None:
    """Old pull requests still name the old key, and Jira still finds issues by it."""
    if key != project.key:
        former = [each for each in project.former_keys if each != key]
        project.former_keys, project.key = [*former, project.key], key


def _end(project: JiraProject) -> None:
    if project.pass_is_full:
        _forget_unseen(project)
        project.full_pass_at = project.pass_began_at
        project.read_from = _history_start(project, project.pass_began_at or timezone.now())
    project.read_until = project.pass_reached or project.read_until
    project.pass_began_at, project.pass_reached, project.attention = None, None, ""
    project.read_at = timezone.now()
    project.save()


def _forget_unseen(project: JiraProject) -> None:
    """
    Delete what a look at everything has not shown; what links name of it is looked up anew.

    That is what was deleted or moved at Jira, and what was not changed since the history begins.
    """
    JiraIssue.objects.filter(project=project, seen_at__lt=project.pass_began_at).delete()
    for key in project.keys:
        named = IssueLink.objects.filter(team=project.team_id, issue=None)
        named.filter(key__startswith=f"{key}-").update(looked_up_at=None)
