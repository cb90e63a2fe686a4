"""Announcing: the rows that say which message goes to whom, written before anything is sent."""

from apps.notifications.messages import COMPLETE, FAILED, READY
from apps.notifications.models import Notification
from apps.notifications.news import completed, failures, opened
from apps.notifications.preferences import channels, recipients
from apps.pipeline.claims import Claim

#: The kinds that the pipeline's log is read for, each with what finds them there.
FOUND_IN_THE_LOG = ((READY, opened), (COMPLETE, completed), (FAILED, failures))


def announce(claim: Claim) -> None:
    """Write the "ready" rows of the claimed team's run."""
    with claim.batch():
        announce_once(claim.row.pk, kind=READY, run=claim.row.pipeline_run)


def announce_news() -> None:
    """Write the rows of everything that the log tells of and no step has written."""
    for kind, find in FOUND_IN_THE_LOG:
        for news in find():
            announce_once(news.team_id, kind=kind, run=news.run, ticket=news.ticket)


def announce_once(team_id: int, *, kind: str, run: int, ticket: int = 0) -> None:
    """
    Write one row for each person of the team who gets such mails, and one for its channel in Slack.

    To people only if nobody has got one: who joins later is not told of what is past. A channel may
    be chosen later, and is told as long as it is news. Safe in any number of processes at once: the
    constraints decide, and whoever comes second writes nothing.
    """
    about = {"team_id": team_id, "kind": kind, "run": run, "ticket": ticket}
    people: list[int] = []
    if not Notification.objects.filter(**about, user__isnull=False).exists():
        found = recipients(kind).filter(team_id=team_id)
        people = list(found.values_list("user_id", flat=True))
    rows = [Notification(**about, user_id=user_id) for user_id in people]
    if channels(kind).filter(team_id=team_id).exists():
        rows.append(Notification(**about))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
