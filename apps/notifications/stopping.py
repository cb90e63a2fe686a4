"""The link in each mail that ends such mails: signed, good without a login, and for one kind."""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from apps.accounts.models import User
from apps.core.mails import public_url
from apps.notifications.messages import KINDS
from apps.notifications.models import Notification
from apps.notifications.preferences import say_of
from apps.teams.models import Team

SALT = "apps.notifications.stopping"


class NoSuchLink(Exception):
    """Signed by nobody here, or about what is gone. Which of both is nobody's business."""


@dataclass(frozen=True)
class Stop:
    """Whose mails of which kind of which team."""

    team: Team
    user: User
    kind: str

    @property
    def label(self) -> str:
        return KINDS[self.kind].label

    def keep(self, *, wanted: bool) -> None:
        say_of(self.team, self.user, self.kind, wanted=wanted)


def token_of(notification: Notification) -> str:
    """It never ends: all that it can do is to stop mails, and old mails are looked at too."""
    told = f"{notification.kind}.{notification.team_id}.{notification.user_id}"
    return Signer(salt=SALT).sign(told)


def url_of(notification: Notification) -> str:
    return public_url("notifications:stop", token_of(notification))


def read(token: str) -> Stop:
    """:raises NoSuchLink: if it is not ours, or its team, person or kind is gone."""
    try:
        kind, team_id, user_id = Signer(salt=SALT).unsign(token).split(".")
    except (BadSignature, ValueError) as exc:
        raise NoSuchLink from exc
    team = Team.objects.filter(pk=int(team_id)).first()
    user = User.objects.filter(pk=int(user_id)).first()
    if team is None or user is None or kind not in KINDS:
        raise NoSuchLink
    return Stop(team, user, kind)
