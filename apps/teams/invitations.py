"""Invitations: a place in a team that is kept for one address, and the link that takes it once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.persons import canonical
from apps.pipeline.rows import locked
from apps.teams.admins import Refused, locked_for
from apps.teams.models import Invitation, Membership, Team

GOOD_FOR = timedelta(days=7)
SECRET_BYTES = 32
NOT_OPEN = "That invitation was used or taken back in the meantime."


class NotGood(Exception):
    """Used, run out, taken back, somebody else's or made up: nobody learns which of these."""


@dataclass(frozen=True)
class Issued:
    """An invitation at the only moment at which its link is known."""

    invitation: Invitation
    secret: str  #: only its digest is kept


@transaction.atomic
def invite(team: Team, *, email: str, role: str, by: User) -> Issued:
    """
    Keep a place for an address.

    One that has run out, or whose inviter cannot stand for it any more, is replaced.

    :raises Refused: for somebody who is in the team, or has an invitation that is still good.
    :raises PermissionDenied: as `locked_for`.
    """
    locked_for(team, by)
    address = canonical(email)
    _must_be_outside(team, address)
    pending = team.invitations.filter(email=address, accepted_at=None, revoked_at=None)
    if _good(pending).exists():
        raise Refused(
            f"{address} has an invitation already. You can send it again from the list below."
        )
    pending.update(revoked_at=timezone.now())
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = Invitation.objects.create(
        team=team,
        email=address,
        role=role,
        digest=digest_of(secret),
        invited_by=by,
        expires_at=timezone.now() + GOOD_FOR,
    )
    return Issued(invitation, secret)


@transaction.atomic
def renew(team: Team, pk: int, *, by: User) -> Issued:
    """
    Make a new link, good for as long as the first one; the old one is good no longer.

    :raises Invitation.DoesNotExist: for another team's.
    :raises Refused: where there is nothing to wait for any more.
    :raises PermissionDenied: as `locked_for`.
    """
    locked_for(team, by)
    invitation = team.invitations.get(pk=pk)
    _must_be_outside(team, invitation.email)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    renewed = {
        "digest": digest_of(secret),
        "invited_by": by,  # who sends it again stands for it
        "expires_at": timezone.now() + GOOD_FOR,
    }
    if not team.invitations.filter(pk=pk, accepted_at=None, revoked_at=None).update(**renewed):
        raise Refused(NOT_OPEN)
    invitation.refresh_from_db()
    return Issued(invitation, secret)


def revoke(team: Team, pk: int) -> Invitation:
    """
    Take it back; taken back twice, it is so already.

    :raises Invitation.DoesNotExist: for another team's.
    :raises Refused: for one that was used before.
    """
    invitation = team.invitations.get(pk=pk)
    if invitation.revoked_at is None:
        pending = team.invitations.filter(pk=pk, accepted_at=None, revoked_at=None)
        if not pending.update(revoked_at=timezone.now()):
            raise Refused(NOT_OPEN)
    return invitation


def take_back_of(team: Team, user: User) -> int:
    """
    Revoke what somebody has sent, or was sent, who is no admin of the team any more.

    Otherwise whoever is removed comes back by a link that they have sent themselves.

    :return: how many others' they were.
    """
    pending = team.invitations.filter(accepted_at=None, revoked_at=None)
    own = pending.filter(email=canonical(user.email))
    own.update(revoked_at=timezone.now())
    return pending.filter(invited_by=user).update(revoked_at=timezone.now())


def pending_of(team: Team) -> Sequence[Invitation]:
    """What admins see: neither used nor taken back, also those that have run out."""
    pending = team.invitations.filter(accepted_at=None, revoked_at=None)
    return list(pending.select_related("invited_by").order_by("email"))


def is_good(invitation: Invitation, *, now: datetime) -> bool:
    """Whether its link still takes somebody in, of one that is pending."""
    inviter = invitation.invited_by
    return invitation.expires_at > now and inviter is not None and inviter.is_active


def address_of(secret: str) -> str:
    """To whom the link was sent, so that they need not type it; empty where it is not good."""
    found = _good(Invitation.objects.filter(digest=digest_of(secret))).first()
    return found.email if found else ""


def invitation_for(user: User, secret: str) -> Invitation:
    """
    What the link keeps for this person.

    :raises NotGood: whatever the reason.
    """
    found = (
        _good(Invitation.objects.filter(digest=digest_of(secret), email=canonical(user.email)))
        .select_related("team", "invited_by")
        .first()
    )
    if found is None:
        raise NotGood
    return found


@transaction.atomic
def accept(user: User, secret: str) -> Membership:
    """
    Join, in the role that was kept; who is in the team already keeps their own.

    Of any number of clicks at once, one is let in.

    :raises NotGood: as `invitation_for`.
    """
    invitation = invitation_for(user, secret)
    locked(invitation.team_id).first()  # see `admins`
    unused = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not unused.update(accepted_at=timezone.now(), accepted_by=user):
        raise NotGood
    membership, _ = Membership.objects.get_or_create(
        team=invitation.team, user=user, defaults={"role": invitation.role}
    )
    return membership


def digest_of(secret: str) -> str:
    """No salt, no stretching: what is digested is 32 random bytes, which nobody can try out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _good(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    return invitations.filter(
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
        invited_by__is_active=True,
    )


def _must_be_outside(team: Team, address: str) -> None:
    if team.memberships.filter(user__email__iexact=address).exists():
        raise Refused(f"{address} is in the team already.")
