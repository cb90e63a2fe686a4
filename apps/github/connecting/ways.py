"""Which ways to GitHub this site is configured for. A pasted token always works."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning

_SIGN_IN = ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
_APP = ("GITHUB_APP_ID", "GITHUB_APP_SLUG", "GITHUB_APP_PRIVATE_KEY")


def has_app() -> bool:
    """Whether a GitHub App can be installed; whose it is, its users' sign-in has to prove."""
    return all(getattr(settings, name) for name in (*_APP, *_SIGN_IN))


def has_sign_in() -> bool:
    return all(getattr(settings, name) for name in _SIGN_IN)


def installation_url(state: str) -> str:
    """Where a person installs the App. GitHub hands `state` on to the App's setup URL."""
    folder = "github-apps" if settings.GITHUB_API_URL.endswith("/api/v3") else "apps"
    slug = settings.GITHUB_APP_SLUG
    return f"{settings.GITHUB_WEB_URL}/{folder}/{slug}/installations/new?state={state}"


def check_ways(app_configs: object = None, **_kwargs: object) -> Iterator[CheckMessage]:
    """W001: a way that is configured by half, and so not offered. W002: a key that is none."""
    wanted = _SIGN_IN if not any(getattr(settings, name) for name in _APP) else (*_APP, *_SIGN_IN)
    missing = [name for name in wanted if not getattr(settings, name)]
    if missing and len(missing) < len(wanted):
        way = "The GitHub App" if wanted != _SIGN_IN else "The sign-in at GitHub"
        yield CheckWarning(f"{way} is not offered: {', '.join(missing)} missing", id="github.W001")
    key = settings.GITHUB_APP_PRIVATE_KEY
    if key and not _is_key(key):
        yield CheckWarning(
            "GITHUB_APP_PRIVATE_KEY is no private key in PEM form: tokens of the App cannot be had",
            hint="Download one from the App's settings; GITHUB_APP_PRIVATE_KEY_FILE may name it.",
            id="github.W002",
        )


def _is_key(pem: str) -> bool:
    try:
        load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        return False
    return True
