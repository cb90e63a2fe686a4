"""What people change about their own account."""

import logging

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import F

from apps.accounts.mails import MailNotSent, tell_former_address
from apps.accounts.models import SignInLink, User

logger = logging.getLogger(__name__)

NOT_YOURS = "Sign in as the person who asked for the new address, and ask for another link."
TAKEN = "That address belongs to another account. Sign in with it there, or use another one."


class AddressTaken(Exception):
    """The message is a sentence for the person."""


def take_address(user: User | AnonymousUser, link: SignInLink) -> None:
    """
    Give the person the address of a link that was just used, and tell the former one.

    :raises AddressTaken: if somebody else has it, or the link was meant for somebody else.
    """
    if not isinstance(user, User) or link.user != user:
        raise AddressTaken(NOT_YOURS)
    former, user.email = user.email, link.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as exc:
        user.email = former
        raise AddressTaken(TAKEN) from exc
    if former:
        try:
            tell_former_address(former, user)
        except MailNotSent as exc:
            logger.warning("the former address of user %s was not told: %s", user.pk, exc)


def end_all_sessions(user: User) -> None:
    """Of that person, on every device; the one in hand as well."""
    User.objects.filter(pk=user.pk).update(sign_outs=F("sign_outs") + 1)
