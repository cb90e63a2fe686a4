"""The cast: an invented company, its people, and the apps that work beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from apps.sandbox.records import Account, GitActor

DOMAIN = "northwind-labs.example"
ORGANIZATION = Account("Organization", "northwind-labs", 180_441_902, "Northwind Labs")


@dataclass(frozen=True)
class Teammate:
    """A person and their habits: weights, not counts."""

    login: str
    name: str
    opens: float  # of the pull requests
    reviews: float  # of the reviews
    at: Mapping[str, float]  # in which repositories
    tools: Mapping[str, float] = field(default_factory=dict)  # which marks, see `marks.MARKS`
    database_id: int = 0
    is_member: bool = True

    @property
    def account(self) -> Account:
        address = f"{self.login.split('-', maxsplit=1)[0]}@{DOMAIN}"
        return Account("User", self.login, self.database_id, self.name, address)

    @property
    def git(self) -> GitActor:
        return GitActor(self.name, self.account.email, self.account)


def _cast(*people: Teammate) -> tuple[Teammate, ...]:
    """Give everybody an id of their own."""
    return tuple(
        Teammate(**{**vars(person), "database_id": 41_870_233 + 7_919_113 * index})
        for index, person in enumerate(people)
    )


_API, _WEB, _DATA = "harbor", "lantern-web", "tide-pipelines"
_CLAUDE = {"claude trailer": 3.0, "claude footer": 2.0, "words": 0.6}
_CURSOR = {"cursor": 3.0, "words": 1.0}
_MIXED = {"codex": 2.0, "copilot agent": 1.0, "words": 1.0, "box": 1.0}

TEAM = _cast(
    Teammate("mira-okafor", "Mira Okafor", 0.9, 13.0, {_API: 3, _WEB: 1, _DATA: 1}, _CLAUDE),
    Teammate("tomasz-wren", "Tomasz Wren", 1.3, 1.6, {_API: 4, _DATA: 1}, _CLAUDE),
    Teammate("ines-calloway", "Inês Calloway", 1.2, 1.5, {_WEB: 4, _API: 1}, _CURSOR),
    Teammate("devin-achterberg", "Devin Achterberg", 1.0, 1.0, {_API: 3, _DATA: 2}, {"box": 0.5}),
    Teammate("yuki-harlan", "Yuki Harlan", 1.4, 1.3, {_WEB: 5}, _CURSOR),
    Teammate("samira-bloom", "Samira Bloom", 1.0, 1.1, {_DATA: 4, _API: 1}, _MIXED),
    Teammate("lars-petrelli", "Lars Petrelli", 1.1, 0.8, {_API: 4, _WEB: 1}, _MIXED),
    Teammate("noor-castellan", "Noor Castellan", 0.9, 0.9, {_WEB: 3, _API: 2}, _CLAUDE),
    Teammate("gus-hendrickx", "Gus Hendrickx", 0.8, 0.7, {_DATA: 3, _API: 2}),
    Teammate("amara-voss", "Amara Voss", 0.9, 0.6, {_WEB: 4}, _MIXED),
    Teammate("pavel-rios", "Pavel Rios", 0.7, 0.4, {_API: 3}, {"words": 1.0, "codex": 1.0}),
    Teammate("freya-lund", "Freya Lund", 0.5, 0.3, {_API: 1, _WEB: 1, _DATA: 1}, _CLAUDE),
    Teammate("kit-marlowe", "Kit Marlowe", 0.25, 0.0, {_WEB: 1, _API: 1}, is_member=False),
)
LEAVER = Teammate(  # has deleted the account: GitHub says null, git still has the name
    "former-colleague", "Robin Aldous", 0.0, 0.0, {}, is_member=False
)

DEPENDABOT = Account("Bot", "dependabot", 49_699_333, None)
RENOVATE = Account("Bot", "renovate", 29_139_614, None)
COPILOT = Account("Bot", "copilot-swe-agent", 198_982_749, None)
CODERABBIT = Account("Bot", "coderabbitai", 136_622_811, None)
CURSOR_AGENT = Account("User", "cursoragent", 199_161_495, "Cursor Agent")
BOTS = (DEPENDABOT, RENOVATE, COPILOT, CODERABBIT)

BY_LOGIN: Mapping[str, Account] = MappingProxyType(
    {
        account.login.lower(): account
        for account in (*(mate.account for mate in TEAM), *BOTS, CURSOR_AGENT)
    }
)


def bot_git(bot: Account) -> GitActor:
    """Return an app's identity in git; its login there carries "[bot]"."""
    login = f"{bot.login}[bot]"
    return GitActor(login, f"{bot.database_id}+{login}@users.noreply.github.com", bot_user(bot))


def bot_user(bot: Account) -> Account:
    """Return the user account that GitHub shows for an app's commits."""
    return Account("User", f"{bot.login}[bot]", bot.database_id)
