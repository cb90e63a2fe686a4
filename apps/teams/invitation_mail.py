"""The mail that brings an invitation: sent in the request, because its link is stored nowhere."""

import logging

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.core.mails import one_line
from apps.teams.invitations import GOOD_FOR
from apps.teams.models import Invitation

logger = logging.getLogger(__name__)


def send(invitation: Invitation, link: str) -> bool:
    """
    Whether a mail server has taken it; the invitation stands either way, its link can be copied.

    :param link: as people outside reach it.
    """
    inviter = invitation.invited_by
    said = {
        "inviter": one_line(inviter.get_username()) if inviter else "An admin",
        "team": one_line(invitation.team.name),
        "role": invitation.role,
        "email": invitation.email,
        "days": GOOD_FOR.days,
        "link": link,
    }
    mail = EmailMultiAlternatives(
        subject=one_line(f"{said['inviter']} invites you to {said['team']} at Mergelight"),
        body=render_to_string("teams/invitation_mail.txt", {"said": said}),
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(
        render_to_string("teams/invitation_mail.html", {"said": said}), "text/html"
    )
    try:
        mail.send()
    except Exception as exc:  # noqa: BLE001 - a backend may raise anything
        # Its type alone: what a server answers may quote the mail, and with it the link.
        logger.warning("invitation %s was not mailed: %s", invitation.pk, type(exc).__name__)
        return False
    return True
