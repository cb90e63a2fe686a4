"""The mails about an account. They are sent while the person waits, for a link never travels."""

import logging
import smtplib
from collections.abc import Mapping

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from apps.accounts.links import LASTS, issue
from apps.accounts.models import User
from apps.core.mails import public_url

logger = logging.getLogger(__name__)

NOT_SENT = (
    "The mail could not be sent, because the mail server does not answer. Please try again in a "
    "few minutes."
)
NOT_TAKEN = "The mail server does not take mail for that address. Is it spelt right?"


class MailNotSent(Exception):
    """The message is a sentence for the person."""


def send_sign_in_link(email: str, *, next_path: str = "") -> None:
    """
    Alike for every address, whether or not it has an account.

    :raises MailNotSent: if there is no mail server, or it does not want to.
    """
    secret = issue(email, next_path=next_path)
    _send(email, "Sign in to Mergelight", "sign_in_link", {"secret": secret})


def send_address_link(user: User, email: str) -> None:
    """
    Ask the new address whether it may become the person's.

    :raises MailNotSent: as above.
    """
    secret = issue(email, user=user)
    about = {"secret": secret, "name": user.get_username()}
    _send(email, "Confirm your new address", "address_link", about)


def tell_former_address(former: str, user: User) -> None:
    """
    Tell whoever reads the old address, should it not have been them.

    :raises MailNotSent: as above.
    """
    about = {"name": user.get_username(), "email": user.email}
    _send(former, "Your address at Mergelight was changed", "address_changed", about)


def _send(email: str, subject: str, template: str, about: Mapping[str, str]) -> None:
    context = {"minutes": LASTS.seconds // 60, "email": email, **about}
    if "secret" in about:
        context["url"] = public_url("accounts:link", about["secret"])
    text = render_to_string(f"accounts/{template}.txt", context)
    try:
        EmailMessage(subject, text, to=[email]).send()
    except smtplib.SMTPRecipientsRefused as exc:
        raise MailNotSent(NOT_TAKEN) from exc
    except OSError as exc:  # smtplib's errors are, too
        logger.warning("a mail about an account was not sent: %s", type(exc).__name__)
        raise MailNotSent(NOT_SENT) from exc
