"""A message as a mail: a text and a page of one look, whatever it is about."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from apps.core.mails import public_url
from apps.notifications.messages import KINDS
from apps.notifications.said import Said


@dataclass(frozen=True)
class Mail:
    """Ready to be sent to one person."""

    subject: str
    text: str
    html: str


def mail_of(said: Said, kind: str, *, stop_url: str) -> Mail:
    """:param stop_url: where this person says that no more of this kind are wanted."""
    context = {
        "said": said,
        "kind": KINDS[kind].label,
        "stop_url": stop_url,
        "all_url": public_url("notifications:mine"),
    }
    return Mail(
        subject=said.subject,
        text=render_to_string("notifications/message.txt", context),
        html=_unbroken(render_to_string("notifications/message.html", context)),
    )


def _unbroken(page: str) -> str:
    """A percentage stays on one line: "(72 %)" in the narrow columns of a telephone."""
    return page.replace(" %)", "\u00a0%)")
