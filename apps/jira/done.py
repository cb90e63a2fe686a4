"""What the numbers about issues are computed from."""

from datetime import datetime

from apps.jira.models import IssueLink, JiraIssue, JiraProject
from apps.teams.models import Team


def done_between(team: Team, since: datetime, until: datetime) -> list[datetime]:
    """
    When each issue of the team's projects was done, whatever its resolution; one statement.

    Parts of an issue are not counted beside it, and epics not beside what they are made of.
    """
    done = JiraIssue.objects.filter(team=team, level=0, done_at__gte=since, done_at__lt=until)
    moments = done.order_by("done_at").values_list("done_at", flat=True)
    return [moment for moment in moments if moment is not None]


def linked_pull_requests(team: Team) -> set[int]:
    """Those that name an issue which is there, in one of the team's projects; one statement."""
    links = IssueLink.objects.filter(team=team, issue__isnull=False)
    return set(links.values_list("pull_request_id", flat=True))


def known_since(team: Team) -> datetime | None:
    """Since when all projects are read; None while one of them is not yet."""
    starts = JiraProject.objects.filter(team=team, attention="").values_list("read_from", flat=True)
    known = list(starts)
    if not known or None in known:
        return None
    return max(start for start in known if start is not None)
