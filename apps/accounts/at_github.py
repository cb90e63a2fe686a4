"""
Signing in with GitHub. django-allauth speaks with GitHub; what follows from it is decided here.

Of allauth only the way there and back is used (state in the session, PKCE, the exchange of the
code, the profile) and its table of identities. None of its pages is routed, and none is rendered.
"""

import logging
from typing import Any, NoReturn

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess, ProviderException
from allauth.socialaccount.providers.github.provider import GitHubProvider
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from requests import RequestException

from apps.accounts.arriving import Identity, NotLetIn, connect, sign_in_with
from apps.accounts.models import User

logger = logging.getLogger(__name__)

GITHUB = "github"  # allauth's name of the provider
SCOPES = ("read:user", "user:email")  # nothing of any repository

DENIED = "GitHub was not told to let you in here. You can try again, or sign in by e-mail."
FAILED = (
    "The sign-in with GitHub did not work, or took longer than ten minutes. Try again, or sign in "
    "by e-mail."
)


def is_offered() -> bool:
    return bool(settings.GITHUB_CLIENT_ID and settings.GITHUB_CLIENT_SECRET)


def identities_of(user: User) -> QuerySet[SocialAccount]:
    """The GitHub accounts that sign this person in."""
    found: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=user, provider=GITHUB)
    return found.order_by("date_joined")


def leave(request: HttpRequest, *, next_path: str = "", user: User | None = None) -> HttpResponse:
    """
    Where GitHub asks the person.

    :param user: who wants to connect their GitHub account; None: somebody signs in.
    """
    process = AuthProcess.LOGIN if user is None else AuthProcess.CONNECT
    about = {"user": user.pk if user else None}
    provider = Adapter(request).get_provider(request, GITHUB)
    answer: HttpResponse = provider.redirect(request, process, next_url=next_path, data=about)
    return answer


class GitHubHere(GitHubOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Where the settings say that GitHub is: github.com, an Enterprise Server, or a stand-in."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        web, api = settings.GITHUB_WEB_URL, settings.GITHUB_API_URL
        self.authorize_url = f"{web}/login/oauth/authorize"
        self.access_token_url = f"{web}/login/oauth/access_token"
        self.profile_url = f"{api}/user"
        self.emails_url = f"{api}/user/emails"
        self.headers = {"Accept": "application/json"}

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("accounts:github_callback"))

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **more: Any
    ) -> SocialLogin:
        """Ask who it is; the token has no other use, so GitHub is told to forget it."""
        try:
            return super().complete_login(request, app, token, **more)
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            raise ProviderException("GitHub's answer could not be read") from exc
        finally:
            self._forget(app, token.token)

    def get_emails(self, headers: dict[str, str]) -> list[Any] | None:
        """None too where a GitHub App was not granted to read them, which is a 403."""
        try:
            emails: list[Any] | None = super().get_emails(headers)
        except RequestException as exc:
            if exc.response is None or exc.response.status_code != 403:
                raise
            return None
        return emails

    def _forget(self, app: SocialApp, token: str) -> None:
        url = f"{settings.GITHUB_API_URL}/applications/{app.client_id}/token"
        with Adapter(self.request).get_requests_session() as session:
            try:
                session.delete(
                    url, auth=(app.client_id, app.secret), json={"access_token": token}
                ).raise_for_status()
            except RequestException as exc:
                logger.warning("a token could not be revoked: %s", type(exc).__name__)


class Provider(GitHubProvider):  # type: ignore[misc]
    oauth2_adapter_class = GitHubHere

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept of the profile: the name."""
        return {"login": str(data["login"])}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """
        Without letters beyond ASCII. allauth lowers an address before anybody may look at it, and
        two addresses of two people may be lowered to the same.
        """
        told: list[EmailAddress] = super().extract_email_addresses(data)
        return [address for address in told if address.email.isascii()]


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Where allauth asks what to do. Each answer is the whole answer, so it goes no further."""

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> Provider:
        """This site's own GitHub, from the settings as they are now; rows could add others."""
        app = SocialApp(
            provider=GITHUB,
            name="GitHub",
            client_id=settings.GITHUB_CLIENT_ID,
            secret=settings.GITHUB_CLIENT_SECRET,
            settings={"scope": list(SCOPES), "oauth_pkce_enabled": True},
        )
        return Provider(request, app=app)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """GitHub has said who it is."""
        raise ImmediateHttpResponse(_arrive(request, sociallogin))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> NoReturn:
        """Nobody has come in. What GitHub wrote is neither shown nor logged: it may be a token."""
        is_no = error == AuthError.CANCELLED
        cause = type(exception).__name__ if exception else error
        logger.warning("somebody did not come in from GitHub: %s", cause)
        messages.error(request, DENIED if is_no else FAILED)
        raise ImmediateHttpResponse(redirect(_page_of(request)))


def _arrive(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    state = sociallogin.state
    identity = Identity(
        account=sociallogin.account, email=_proven_address(sociallogin.email_addresses)
    )
    try:
        if state["process"] == AuthProcess.CONNECT:
            connect(request, identity, user_id=state["data"]["user"])
        else:
            sign_in_with(request, identity)
            return redirect(state.get("next") or settings.LOGIN_REDIRECT_URL)
    except NotLetIn as exc:
        messages.error(request, str(exc))
    return redirect(_page_of(request))


def _page_of(request: HttpRequest) -> str:
    return "accounts:account" if request.user.is_authenticated else "accounts:login"


def _proven_address(told: list[EmailAddress]) -> str:
    """The one that GitHub mails to and has seen an answer from; empty without one."""
    proven = (one.email for one in told if one.primary and one.verified)
    return next(proven, "")


callback = OAuth2CallbackView.adapter_view(GitHubHere)
