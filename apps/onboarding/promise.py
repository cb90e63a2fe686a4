"""What may be promised to whoever leaves the page: who is written to, where, and of what."""

from collections.abc import Mapping
from types import MappingProxyType

from apps.accounts.models import User
from apps.notifications.messages import COMPLETE, READY
from apps.notifications.preferences import channels, recipients
from apps.pipeline.standing import Standing
from apps.teams.models import Team

#: Phase → the message at its end, and when that is.
_AHEAD: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1: (READY, "when your dashboard is ready"),
        2: (COMPLETE, "when the older ones are read too"),
    }
)


def promise_of(team: Team, user: User, standing: Standing) -> str:
    """A sentence about the end of the phase that runs; empty where nobody is written to then."""
    if standing.phase is None or standing.is_refresh:
        return ""
    kind, when = _AHEAD[standing.phase]
    where = []
    if recipients(kind).filter(team=team, user=user).exists():
        where.append(f"write to {user.email}")
    if (slack := channels(kind).filter(team=team).first()) is not None:
        where.append(f"post to #{slack.channel_name}")
    if where:
        return f"We {' and '.join(where)} {when}."
    return "" if user.email else "We have no address of yours, and cannot write to you."
