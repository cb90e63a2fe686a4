"""How often something may be done in a while, counted by who does it: rows, for all processes."""

import math
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.models import CountedAct

#: Action → how many, in how many seconds. 50 clicks at once on a button are still one (S-097).
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        # by what somebody claims to be, and by where they are
        "password": (10, 600),  # by name and network address
        "password_for": (100, 3_600),  # by name, wherever it is guessed from
        "password_from": (100, 600),  # by network address, whatever name is guessed
        "sign_in_mail": (5, 900),  # by mail address: nobody's mailbox is filled
        "address_mail": (5, 900),  # likewise, but for links that let nobody in
        "sign_in_mail_from": (30, 900),  # by network address: an office is one
        "sign_in": (60, 600),  # by network address: links and returns from GitHub
        # by team
        "import": (60, 60),
        "connect": (60, 60),
        "jira": (60, 60),
        "slack": (60, 60),
        "ask_again": (30, 60),  # the model costs money
        "invite": (30, 3_600),  # each is a mail to a stranger
        # by person
        "preferences": (60, 60),
    }
)


class TooOften(Exception):
    """The message is a sentence for the person, with the time to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"That was too often. Try again in {wait_in_words(seconds)}.")


def count(action: str, subject: object) -> None:
    """
    Count the action before it is done, so that those that come at once are counted too; on
    PostgreSQL a few more than allowed may slip through at the same moment.

    Call it outside a transaction: inside one, others do not see what is counted.

    :param action: one of `LIMITS`.
    :param subject: whose it is: an address, a team's id. Only its hash is kept.
    :raises TooOften: if as many as are allowed were done; this one is then not counted, so that
        who keeps trying does not wait for ever.
    """
    most, window = LIMITS[action]
    now = timezone.now()
    CountedAct.objects.filter(ends_at__lt=now).delete()
    key = _key(action, subject)
    mine = CountedAct.objects.create(key=key, ends_at=now + timedelta(seconds=window))
    earlier = CountedAct.objects.filter(key=key, pk__lt=mine.pk).order_by("-pk")
    ends = list(earlier.values_list("ends_at", flat=True)[:most])
    if len(ends) == most:
        mine.delete()
        raise TooOften(max(1, math.ceil((min(ends) - now).total_seconds())))


def forget(action: str, subject: object) -> None:
    """Wipe the slate, after what shows that it was no guess."""
    CountedAct.objects.filter(key=_key(action, subject)).delete()


def wait_in_words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'s' if minutes != 1 else ''}"


def _key(action: str, subject: object) -> str:
    """A hash: people type passwords into fields for names."""
    told = f"{action}\0{subject}".casefold()
    return salted_hmac("mergelight.accounts.pace", told, algorithm="sha256").hexdigest()
