"""The reason that staff give before a team opens, and the rows that say what they did then."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User
from apps.pipeline.rows import rows
from apps.teams.models import StaffVisit

LASTS = timedelta(hours=1)
KEY = "staff_visits"  # in the session: team → why, and until when
LONGEST = 200  # characters that a row holds
_SAID = "_visit_is_told"  # on the request: a row says already what it did


def reason_for(request: HttpRequest, team_id: int, *, now: datetime) -> str:
    """What staff said in this session within the last hour; empty: they have to be asked."""
    said = request.session.get(KEY, {}).get(str(team_id))
    if not said or datetime.fromisoformat(said["until"]) <= now:
        return ""
    return str(said["why"])


def give_reason(request: HttpRequest, team_id: int, why: str, *, now: datetime) -> None:
    """Good for an hour, for this team, in this session; reasons that are over are forgotten."""
    kept = {
        team: said
        for team, said in request.session.get(KEY, {}).items()
        if datetime.fromisoformat(said["until"]) > now
    }
    kept[str(team_id)] = {"why": why, "until": (now + LASTS).isoformat()}
    request.session[KEY] = kept


def tell(request: HttpRequest, team_id: int, what: str, *, why: str = "") -> None:
    """
    Say what this request did to a team, where "changed" alone would say too little.

    :param why: the reason; where none is given, the one of the session.
    """
    setattr(request, _SAID, True)
    now = timezone.now()
    record(request.user, team_id, what, why or reason_for(request, team_id, now=now), now=now)


def is_told(request: HttpRequest) -> bool:
    return getattr(request, _SAID, False)


def record(
    user: object, team_id: int, what: str, why: str, *, now: datetime, name: str = ""
) -> None:
    """
    Write the row.

    :param name: the team's, of before it was deleted; where it is empty it is looked up.
    """
    if not isinstance(user, User):
        raise TypeError("whoever visits a team is signed in")
    team = rows().filter(pk=team_id).first()
    StaffVisit.objects.create(
        user=user,
        user_name=user.get_username(),
        team=team,
        team_name=team.name if team else name,
        what=_short(what),
        why=_short(why),
        at=now,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
