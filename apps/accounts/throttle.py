"""How often a password may be guessed: by name and address, whether or not the name exists."""

import math
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.models import FailedSignIn

TRIES = 10
WINDOW = timedelta(minutes=10)


class TooManyTries(Exception):
    """The message is a sentence for the person, with the minutes to wait."""


def key_of(username: str, address: str) -> str:
    """What is counted by. A hash: people type passwords into the field for their name."""
    told = f"{username.casefold()}\0{address}"
    return salted_hmac("mergelight.accounts.throttle", told, algorithm="sha256").hexdigest()


def begin_try(key: str) -> None:
    """
    Count a try as failed before its password is looked at, so that many at once get no further.

    :raises TooManyTries: if as many as are allowed have failed; this one is then not counted, so
        that who keeps trying does not wait for ever.
    """
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - WINDOW).delete()
    mine = FailedSignIn.objects.create(key=key, at=now)
    earlier = FailedSignIn.objects.filter(key=key, pk__lt=mine.pk).order_by("-pk")
    times = list(earlier.values_list("at", flat=True)[:TRIES])
    if len(times) == TRIES:
        mine.delete()
        minutes = math.ceil((min(times) + WINDOW - now) / timedelta(minutes=1))
        raise TooManyTries(
            f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
        )


def forget(key: str) -> None:
    """After a password that was right."""
    FailedSignIn.objects.filter(key=key).delete()
