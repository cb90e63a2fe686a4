"""
Links that are mailed and good once, for a quarter of an hour: to sign in, or to change an address.

Rows and not signed tokens: of two who use a link at once one gets in, and a link may belong to an
address that has no account yet.
"""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import SignInLink, User

LASTS = timedelta(minutes=15)
ENTROPY = 32  # bytes of the secret


def issue(email: str, *, next_path: str = "", user: User | None = None) -> str:
    """
    A new secret for a link to that address; those that nobody can use any more are swept away.

    :param user: whose address it becomes; None: it signs in.
    """
    now = timezone.now()
    SignInLink.objects.filter(expires_at__lt=now).delete()
    secret = secrets.token_urlsafe(ENTROPY)
    SignInLink.objects.create(
        digest=_digest(secret), email=email, next_path=next_path, user=user, expires_at=now + LASTS
    )
    return secret


def look_up(secret: str) -> SignInLink | None:
    """The link, if it is still good. Changes nothing: mail scanners open every link."""
    good = SignInLink.objects.filter(used_at=None, expires_at__gt=timezone.now())
    return good.select_related("user").filter(digest=_digest(secret)).first()


def use(link: SignInLink) -> bool:
    """Use it up, and every other of its kind to that address; False if another was faster."""
    now = timezone.now()
    mine = SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    if not mine.update(used_at=now):
        return False
    alike = SignInLink.objects.filter(email=link.email, user=link.user, used_at=None)
    alike.update(used_at=now)
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
