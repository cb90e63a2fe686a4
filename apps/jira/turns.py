"""Whose turn it is to read a team's Jira: one at a time, fenced, and nobody for ever."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.jira.models import JiraConnection

#: Without a sign of life for so long, whoever had the turn has died; a page takes seconds.
SILENCE = timedelta(minutes=3)


class TurnLost(Exception):
    """Disconnected, connected anew, deleted with its team, or taken over: nothing is written."""


@dataclass(frozen=True)
class Turn:
    """The right to write what is read of one team's Jira."""

    connection_id: int
    team_id: int
    claim: str
    round_began_at: datetime  #: what was read since then need not be read again

    @contextmanager
    def batch(self) -> Iterator[None]:
        """
        A transaction that begins with the sign of life, and ends before anything if it is not ours.

        :raises TurnLost: then nothing is written.
        """
        with transaction.atomic():
            mine = JiraConnection.objects.filter(pk=self.connection_id, sync_claim=self.claim)
            if not mine.update(sync_heartbeat=timezone.now()):
                raise TurnLost
            yield

    def end(self, **columns: object) -> None:
        """Let the next one read, and keep what came of it."""
        mine = JiraConnection.objects.filter(pk=self.connection_id, sync_claim=self.claim)
        mine.update(sync_claim="", sync_heartbeat=None, **columns)


def take_turn(team_id: int) -> Turn | None:
    """
    None where there is nothing to read, or somebody reads.

    A round that was interrupted goes on; once it has ended, the next one begins.
    """
    now = timezone.now()
    free = Q(sync_claim="") | Q(sync_heartbeat__lt=now - SILENCE)
    claim = secrets.token_hex(8)
    theirs = JiraConnection.objects.filter(free, team=team_id).exclude(cloud_id="")
    if not theirs.update(sync_claim=claim, sync_heartbeat=now, due_at=None):
        return None
    mine = JiraConnection.objects.filter(team=team_id, sync_claim=claim)
    is_over = Q(sync_began_at=None) | Q(synced_at__gte=F("sync_began_at"))
    mine.filter(is_over).update(sync_began_at=now)
    row = mine.values_list("pk", "sync_began_at").first()
    return Turn(row[0], team_id, claim, row[1] or now) if row else None
