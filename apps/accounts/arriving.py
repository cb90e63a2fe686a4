"""Letting somebody in, once it is known who they are; and who that is, after GitHub has told."""

import logging
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.persons import person_with

logger = logging.getLogger(__name__)

NO_ADDRESS = (
    "GitHub has told no address of yours that it has verified, so there is nothing to know you by. "
    "Sign in by e-mail first; then you can connect GitHub in your account."
)
CLOSED = "This account was closed by whoever runs this installation of Mergelight."
SOMEBODY_ELSE = "That GitHub account already signs in somebody else here."
NOT_YOU = "You left for GitHub as somebody else. Please begin again."


class NotLetIn(Exception):
    """The message is a sentence for the person."""


@dataclass(frozen=True)
class Identity:
    """Whom GitHub says it is."""

    account: SocialAccount  #: known by GitHub's number; without a primary key it is new
    email: str  #: which GitHub has verified; empty without one

    @property
    def login(self) -> str:
        return str(self.account.extra_data["login"])


def let_in(request: HttpRequest, user: User, *, by: str) -> None:
    """
    Sign in, with a new session key: whoever knew the old one is left with nothing.

    :raises NotLetIn: if the account was closed.
    """
    if not user.is_active:
        raise NotLetIn(CLOSED)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    logger.info("user %s signed in by %s", user.pk, by)


def sign_in_with(request: HttpRequest, identity: Identity) -> None:
    """
    As the person who has connected this GitHub account; else as whoever has its address.

    :raises NotLetIn: if GitHub tells no address that it has verified; or as `let_in`.
    """
    if identity.account.pk is None:
        if not identity.email:
            raise NotLetIn(NO_ADDRESS)
        _keep(identity, person_with(identity.email, wished=identity.login))
    let_in(request, identity.account.user, by="GitHub")


def connect(request: HttpRequest, identity: Identity, *, user_id: int) -> None:
    """
    Let the person sign in with this GitHub account from now on.

    :raises NotLetIn: if it is somebody else's already, or it is another who has come back.
    """
    if request.user.pk != user_id:
        raise NotLetIn(NOT_YOU)
    if identity.account.pk is None:
        _keep(identity, User.objects.get(pk=user_id))
    if identity.account.user_id != user_id:
        raise NotLetIn(SOMEBODY_ELSE)
    messages.success(request, f"You can sign in with GitHub as {identity.login} from now on.")


def _keep(identity: Identity, user: User) -> None:
    """:raises NotLetIn: if the same person came twice at once, and the other was faster."""
    identity.account.user = user
    try:
        with transaction.atomic():
            identity.account.save()
    except IntegrityError as exc:
        raise NotLetIn(NOT_YOU) from exc
