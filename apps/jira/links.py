"""Which pull requests name which issues: computed from all of a team's words, written as a set."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from apps.github.models import Commit, PullRequest
from apps.jira.keys import issue_keys, keys_named
from apps.jira.models import IssueLink, JiraIssue, JiraProject
from apps.teams.models import Team

ROWS_AT_ONCE = 500


def named_by_pull_requests(team: Team) -> Mapping[int, frozenset[str]]:
    """Of each pull request that names one, the keys of the team's projects; two statements."""
    projects = keys_of_projects(team)
    if not projects:
        return {}
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    words = PullRequest.objects.filter(team=team).values_list("pk", "title", "head_ref")
    for pk, title, branch in words.iterator():
        if keys := keys_named(title, branch, (), projects):
            found[pk] |= keys
    messages = Commit.objects.filter(pull_request__team=team, message__contains="-")
    for pk, message in messages.values_list("pull_request_id", "message").iterator():
        if keys := issue_keys(message, projects):
            found[pk] |= keys
    return found


def keys_of_projects(team: Team) -> set[str]:
    projects = JiraProject.objects.filter(team=team)
    return {key for project in projects for key in project.keys}


def store_links(team: Team, named: Mapping[int, Collection[str]]) -> None:
    """
    Make these the team's only links; to be called in a transaction, and in a handful of statements.

    What is known of a link stays: an issue that was moved is not found by its old key again. A
    pull request that was deleted since it was read is left out.
    """
    issues = dict(JiraIssue.objects.filter(team=team).values_list("key", "pk"))
    wanted = {(pk, key) for pk, keys in named.items() for key in keys}
    is_there = {
        (link.pull_request_id, link.key): link for link in IssueLink.objects.filter(team=team)
    }
    surplus = [link.pk for place, link in is_there.items() if place not in wanted]
    for start in range(0, len(surplus), ROWS_AT_ONCE):
        IssueLink.objects.filter(pk__in=surplus[start : start + ROWS_AT_ONCE]).delete()
    found = [
        link
        for place, link in is_there.items()
        if place in wanted and link.issue_id is None and link.key in issues
    ]
    for link in found:
        link.issue_id = issues[link.key]
    IssueLink.objects.bulk_update(found, ["issue"], batch_size=ROWS_AT_ONCE)
    known = set(PullRequest.objects.filter(team=team).values_list("pk", flat=True))
    IssueLink.objects.bulk_create(
        (
            IssueLink(team=team, pull_request_id=pk, key=key, issue_id=issues.get(key))
            for pk, key in sorted(wanted - is_there.keys())
            if pk in known
        ),
        batch_size=ROWS_AT_ONCE,
    )


def unknown_keys(team: Team) -> list[str]:
    """Keys that pull requests name, that were not read, and for which Jira was not asked yet."""
    links = IssueLink.objects.filter(team=team, issue=None, looked_up_at=None)
    return sorted(set(links.values_list("key", flat=True)))
