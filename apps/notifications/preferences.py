"""Who wants which message: what people have said, and the defaults where they have said nothing."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.models import User
from apps.notifications.messages import KINDS
from apps.notifications.models import Preference
from apps.slack.models import SlackConnection
from apps.teams.models import Membership, Team


def reachable() -> QuerySet[Membership]:
    """Memberships of active people who have an address."""
    return Membership.objects.filter(user__is_active=True).exclude(user__email="")


def recipients(kind: str) -> QuerySet[Membership]:
    """Those of them who get mails of this kind."""
    stopped = Preference.objects.filter(
        team=OuterRef("team"), user=OuterRef("user"), kind=kind, wanted=False
    )
    found = reachable().filter(~Exists(stopped))
    return found.filter(role=Membership.Role.ADMIN) if KINDS[kind].to_admins else found


def channels(kind: str) -> QuerySet[SlackConnection]:
    """Connections whose channel gets posts of this kind."""
    said = Preference.objects.filter(team=OuterRef("team"), user=None, kind=kind)
    ready = SlackConnection.objects.exclude(channel_id="")
    if KINDS[kind].in_slack:
        return ready.filter(~Exists(said.filter(wanted=False)))
    return ready.filter(Exists(said.filter(wanted=True)))


def wanted_by(user: User, teams: Iterable[Team]) -> dict[int, frozenset[str]]:
    """Team → the kinds of which this person gets mails, as they have said it; one query."""
    ids = [team.pk for team in teams]
    stopped = Preference.objects.filter(user=user, team__in=ids, wanted=False)
    off = set(stopped.values_list("team_id", "kind"))
    return {pk: frozenset(kind for kind in KINDS if (pk, kind) not in off) for pk in ids}


def wanted_in_slack(team: Team) -> frozenset[str]:
    said = dict(Preference.objects.filter(team=team, user=None).values_list("kind", "wanted"))
    return frozenset(kind for kind, row in KINDS.items() if said.get(kind, row.in_slack))


def say(team: Team, user: User | None, *, offered: Iterable[str], wanted: Collection[str]) -> None:
    """
    Keep what a person has said of kinds of one team at once.

    :param user: None: of the team's channel in Slack.
    :param offered: of the others nothing was said.
    """
    with transaction.atomic():
        for kind in offered:
            say_of(team, user, kind, wanted=kind in wanted)


def say_of(team: Team, user: User | None, kind: str, *, wanted: bool) -> None:
    Preference.objects.update_or_create(
        team=team, user=user, kind=kind, defaults={"wanted": wanted}
    )
