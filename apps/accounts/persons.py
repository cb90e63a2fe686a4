"""Finding the account that an address belongs to, or making it."""

import re

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string

from apps.accounts.demo import DEMO_USERNAME
from apps.accounts.models import User

NAME_LENGTH = 40  # leaves room for an ending
ENDING = "abcdefghijkmnpqrstuvwxyz23456789"  # no letter that looks like another
#: Names under which something other than a person acts, or which a command would take for its own.
RESERVED = frozenset(
    {
        *(DEMO_USERNAME, "terminal"),
        *(
            "admin",
            "command",
            "mergelight",
            "nightly",
            "repositories",
            "staff",
            "status page",
            "webhook",
            "weekly",
        ),
    }
)


def canonical(email: str) -> str:
    """
    How an address is written here. What is mailed goes to this spelling and no other, so that
    letters that only look alike when lowered ("K" the sign of Kelvin) open nobody's account.
    """
    return email.strip().lower()


def owner_of(email: str) -> User | None:
    """Whose address it is, however it was written."""
    written = User.objects.annotate(folded=Lower("email"))
    return written.filter(folded=canonical(email)).first() if email else None


def person_with(email: str, *, wished: str = "") -> User:
    """
    The account of an address that was shown to be theirs; made where there is none.

    :param wished: a name for a new one; it gets an ending where somebody has it already.
    """
    base = name_from(wished or email.partition("@")[0])
    name = base if is_free(base) else _with_ending(base)
    while (known := owner_of(email)) is None:
        try:
            with transaction.atomic():
                made = User(username=name, email=canonical(email))
                made.set_unusable_password()
                made.save()
        except IntegrityError:  # somebody was faster, with the name or with the address
            name = _with_ending(base)
        else:
            return made
    return known


def name_from(wished: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", wished).strip("-.")[:NAME_LENGTH] or "person"


def is_free(name: str, *, but_for: User | None = None) -> bool:
    """Whether a person may be called that: nobody else is, in any capitals, and no part of us."""
    others = User.objects.filter(username__iexact=name)
    if but_for is not None:
        others = others.exclude(pk=but_for.pk)
    return name.casefold() not in RESERVED and not others.exists()


def _with_ending(base: str) -> str:
    return f"{base}-{get_random_string(6, ENDING)}"
