"""What this room hears, and what it tells."""

from datetime import timedelta

from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from apps.metrics.models import Measurement

#: All weeks of a team were counted anew outside of a run. Argument: team_id.
recounted = Signal()

#: Changes are gathered for so long before the touched weeks are counted.
GATHER_SECONDS = 5
#: After this the message is taken for lost, and the next change sends another.
PATIENCE = timedelta(minutes=2)


def is_first_change(team_id: int) -> bool:
    """
    Whether nobody has asked yet to bring the team's weeks up to date; from now on somebody has.

    One statement for all but the first of them, and that one only reads: SQLite has one lock for
    all that write, which nobody should take for nothing after each batch. False before the first
    measurement: the run that reads all this will measure it.
    """
    now = timezone.now()
    nobody = Q(freshening_until=None) | Q(freshening_until__lt=now)
    unasked = Measurement.objects.filter(nobody, team=team_id)
    return unasked.exists() and bool(unasked.update(freshening_until=now + PATIENCE))
