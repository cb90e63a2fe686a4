"""Signal: a team's pull requests, or what is said of them, have changed in the database."""

from functools import partial

from django.db import transaction
from django.dispatch import Signal

#: Told after the commit, in the process that has written. Argument: team_id. A hook must be quick,
#: and what must not be missed is found in the rows: a process may die before it tells.
pull_requests_changed = Signal()


def tell_changed(team_id: int) -> None:
    """Tell it once the caller's transaction is through."""
    transaction.on_commit(partial(_tell, team_id), robust=True)


def _tell(team_id: int) -> None:
    pull_requests_changed.send_robust(sender=None, team_id=team_id)
