"""Work that takes only the processor, and sometimes seconds of it: never in a transaction."""

from collections.abc import Callable
from typing import TypeVar

from apps.core.parallel import in_parallel
from apps.pipeline.claims import Claim

Result = TypeVar("Result")


def computed(claim: Claim, call: Callable[[], Result]) -> Result:
    """
    Call it in a thread, with heartbeats from this one: strangers choose how long a text is.

    :param call: touches no database.
    :raises TicketLost: if the row has moved meanwhile; what was computed is dropped.
    """
    (outcome,) = in_parallel([call], lambda each: each(), at_once=1, on_idle=claim.heartbeat)
    return outcome.value()
