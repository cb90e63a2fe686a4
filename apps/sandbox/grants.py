"""Who has let which program in: codes, tokens and installations of the sandbox's GitHub."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import Any

import jwt

from apps.sandbox.records import Account, World

CLIENT_ID = "Iv1.sandbox"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - opens an invented GitHub
APP_ID = "900001"
APP_SLUG = "mergelight-sandbox"
BOT = Account("Bot", f"{APP_SLUG}[bot]", 199_900_001)
HOUR, EIGHT_HOURS = 3_600, 28_800  # seconds
READS = dict.fromkeys(("metadata", "pull_requests", "contents", "members"), "read")


@dataclass(frozen=True)
class Code:
    """What a person has agreed to, until the program fetches its token."""

    account: Account
    challenge: str
    redirect_uri: str
    scopes: str


@dataclass(frozen=True)
class Token:
    account: Account
    ends_at: float  # seconds since the epoch
    scopes: str = ""
    installation_id: int | None = None


@dataclass(frozen=True)
class Address:
    """One e-mail address of an account, as its owner sees it."""

    email: str
    primary: bool = True
    verified: bool = True


@dataclass
class Installation:
    """Of the App in an account; a test changes it as an owner would."""

    id: int
    account: Account
    seen_by: set[str]  # logins of who may read one of its repositories
    permissions: Mapping[str, str] = field(default_factory=lambda: dict(READS))
    is_suspended: bool = False


class Grants:
    """
    One registered program: an OAuth app, or with a public key a GitHub App.

    The attributes without "_" are a test's: who sits in front of GitHub, and what that person
    grants. Safe for the server's threads.
    """

    def __init__(self, world: World, *, app_key: str = "", setup_url: str = "") -> None:
        self.world = world
        self.app_key = app_key  # the public one, in PEM form
        self.setup_url = setup_url
        self.visitor: Account | None = None  # agrees to everything at once; None: is asked
        self.granted_scopes: str | None = None  # instead of those that are asked for
        self.installations: dict[int, Installation] = {}
        self.owners = {world.members[0].login}  # of the organisation; the others are its members
        self.addresses: dict[str, list[Address]] = {}  # by login, where not the one of the account
        self.tells_addresses = True  # a GitHub App may not have been granted to read them
        self.troubled: set[str] = set()  # organisations whose memberships GitHub fails to tell
        self.exchanges = 0  # tokens asked for, by code or refresh token
        self._numbers = count(70_000_001)
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}
        self._refreshes: dict[str, Token] = {}
        self._lock = Lock()

    def install(
        self, *, account: Account | None = None, seen_by: set[str] | None = None
    ) -> Installation:
        """
        The App in the organisation, seen by all its members unless told otherwise.

        A number is never given twice, not even after it was uninstalled.
        """
        members = {member.login for member in self.world.members}
        with self._lock:
            number = next(self._numbers)
            made = Installation(number, account or self.world.organization, seen_by or members)
            self.installations[number] = made
        return made

    def role_of(self, account: Account, organization: str) -> str | None:
        """What a person is in an organisation; None for one that they do not belong to."""
        is_member = any(account == member for member in self.world.members)
        if not is_member or organization.lower() != self.world.organization.login:
            return None
        return "admin" if account.login in self.owners else "member"

    def addresses_of(self, account: Account) -> list[Address]:
        """What `GET /user/emails` answers its owner."""
        return self.addresses.get(account.login, [Address(account.email)])

    def tells_memberships(self, organization: str) -> bool:
        """An App's user token asks with what the App was granted there; an OAuth app's may ask."""
        return not self.app_key or any(
            "members" in each.permissions
            for each in self.installations.values()
            if each.account.login == organization.lower()
        )

    def code_for(self, account: Account, asked: Mapping[str, str]) -> str:
        """What takes the person back to the program."""
        scopes = self.granted_scopes
        wanted = asked.get("scope", "") if scopes is None else scopes
        code = secrets.token_hex(10)
        self._codes[code] = Code(
            account, asked.get("code_challenge", ""), asked.get("redirect_uri", ""), wanted
        )
        return code

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one `POST /login/oauth/access_token`; errors have the status 200 too."""
        with self._lock:
            self.exchanges += 1
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return {"error": "incorrect_client_credentials"}
            if form.get("grant_type") == "refresh_token":
                used = self._refreshes.pop(form.get("refresh_token", ""), None)
                if used is None:
                    return {"error": "bad_refresh_token"}
                self._end_tokens_of(used.account)
                return self._pair(used.account, "")
            code = self._codes.pop(form.get("code", ""), None)
            if code is None or code.challenge != _challenge(form.get("code_verifier", "")):
                return {"error": "bad_verification_code"}
            if code.redirect_uri != form.get("redirect_uri", code.redirect_uri):
                return {"error": "redirect_uri_mismatch"}
            return self._pair(code.account, code.scopes)

    def _pair(self, account: Account, scopes: str) -> dict[str, Any]:
        """A GitHub App's user token ends and has a refresh token; an OAuth app's has neither."""
        said = {"token_type": "bearer", "scope": scopes.replace(" ", ",")}
        if not self.app_key:
            return {**said, "access_token": self._keep("gho_", Token(account, 2**40, scopes))}
        token = Token(account, time.time() + EIGHT_HOURS)
        refresh = f"ghr_{secrets.token_hex(18)}"
        self._refreshes[refresh] = token
        return {
            **said,
            "scope": "",
            "access_token": self._keep("ghu_", token),
            "expires_in": EIGHT_HOURS,
            "refresh_token": refresh,
            "refresh_token_expires_in": 15_897_600,
        }

    def _end_tokens_of(self, account: Account) -> None:
        for text, token in list(self._tokens.items()):
            if token.account == account:
                del self._tokens[text]

    def _keep(self, prefix: str, token: Token) -> str:
        text = f"{prefix}{secrets.token_hex(18)}"
        self._tokens[text] = token
        return text

    def is_the_app(self, signed: str) -> bool:
        """Whether a JWT is signed with the App's key, and valid now for ten minutes at most."""
        try:
            claims = jwt.decode(
                signed, self.app_key, algorithms=["RS256"], options={"require": ["exp", "iat"]}
            )
        except (jwt.PyJWTError, ValueError):
            return False
        return claims.get("iss") == APP_ID and claims["exp"] - time.time() <= 600

    def installation_token(self, installation: Installation) -> dict[str, Any]:
        ends_at = time.time() + HOUR
        token = Token(BOT, ends_at, installation_id=installation.id)
        expires = datetime.fromtimestamp(int(ends_at), UTC).isoformat().replace("+00:00", "Z")
        return {"token": self._keep("ghs_", token), "expires_at": expires}

    def owner_of(self, text: str) -> Account | None:
        """Whose token it is, while it is good: not ended, revoked, uninstalled or suspended."""
        token = self._tokens.get(text)
        if token is None or token.ends_at < time.time():
            return None
        if token.installation_id is not None:
            installation = self.installations.get(token.installation_id)
            if installation is None or installation.is_suspended:
                return None
        return token.account

    def good_tokens(self) -> int:
        return sum(self.owner_of(text) is not None for text in list(self._tokens))

    def forget(self, text: str) -> bool:
        return self._tokens.pop(text, None) is not None


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
