"""How often a team's buttons may be pressed: by team, whoever of it presses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from apps.accounts.http import AuthenticatedRequest
from apps.accounts.pace import TooOften, count
from apps.accounts.too_often import too_often
from apps.teams.models import Team

SAFE = ("GET", "HEAD", "OPTIONS")

View = Callable[..., HttpResponse]


def paced(action: str) -> Callable[[View], View]:
    """
    Answer 429 to a view of a team, `view(request, slug, …)`, where it is posted to too often.

    Only members are counted: a stranger can keep no team waiting, and learns of none.

    :param action: one of `apps.accounts.pace.LIMITS`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(
            request: AuthenticatedRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponse:
            if request.method not in SAFE:
                team = request.user.teams.filter(slug=slug).values_list("pk", flat=True).first()
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
