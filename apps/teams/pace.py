"""How often a team's buttons may be pressed: by team, whichever of its admins presses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from apps.accounts.http import AuthenticatedRequest
from apps.accounts.pace import TooOften, count
from apps.accounts.too_often import too_often
from apps.teams.models import Membership, Team

SAFE = ("GET", "HEAD", "OPTIONS")

View = Callable[..., HttpResponse]


def paced(action: str) -> Callable[[View], View]:
    """
    Answer 429 to an admins' view of a team, `view(request, slug, …)`, posted to too often.

    Only admins are counted: whom the view refuses can keep no team waiting, and a stranger learns
    of none.

    :param action: one of `apps.accounts.pace.LIMITS`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(
            request: AuthenticatedRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponse:
            if request.method not in SAFE:
                own = request.user.memberships.filter(team__slug=slug, role=Membership.Role.ADMIN)
                team = own.values_list("team_id", flat=True).first()
                try:
                    if team is not None:
                        count(action, _subject(team))
                except TooOften as exc:
                    return too_often(request, exc)
            return view(request, slug, *args, **kwargs)

        return counted

    return decorate


def count_for(team: Team, action: str) -> None:
    """
    Count it for a team that was reached already, where the answer is no page.

    :raises TooOften: as `count`.
    """
    count(action, _subject(team.pk))


def _subject(team_id: int) -> str:
    return f"team {team_id}"
