"""The demo user, and the link that signs in as that user while `DEMO_MODE` is on."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from apps.accounts.models import User

DEMO_USERNAME = "demo"
SALT = "mergelight.accounts.demo"
MAX_AGE = 24 * 3600  # seconds


def demo_user() -> User:
    """The demo user, made on first use; it has no password, so only the link signs it in."""
    user, created = User.objects.get_or_create(
        username=DEMO_USERNAME, defaults={"email": "demo@mergelight.localhost"}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def demo_link(base_url: str) -> str:
    """
    The address that signs in as the demo user and leads to the onboarding, good for a day.

    It makes the demo user where there is none. Only a server with `DEMO_MODE` honours it.
    """
    token = signing.dumps(demo_user().get_username(), salt=SALT)
    return base_url.rstrip("/") + reverse("accounts:demo", args=[token])


def user_of_link(token: str) -> User | None:
    """Whom a demo link signs in: None if it is forged, too old, or `DEMO_MODE` is off."""
    if not settings.DEMO_MODE:
        return None
    try:
        username = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return User.objects.filter(username=username, is_active=True).first()
