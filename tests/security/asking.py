"""One request, with all that it told and did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from tests.security.looking import Effects, Watch
from tests.security.world import World, text_of


@dataclass(frozen=True)
class Asked:
    answer: HttpResponse
    effects: Effects
    text: str  #: body, headers, cookies, and what the next page will say
    left: Any = None  #: what was asked about the rows before all was taken back


@dataclass(frozen=True)
class Asking:
    """Asks in the world's name; whatever is done is taken back."""

    world: World
    watch: Watch

    def ask(
        self,
        role: str,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        is_guarded: bool = False,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        then: Callable[[], Any] = lambda: None,
    ) -> Asked:
        browser = self.world.browser(role, is_guarded=is_guarded)
        for name, value in (cookies or {}).items():
            browser.cookies[name] = value
        with self.watch.effects() as effects:
            if method == "POST":
                answer = browser.post(url, body or {}, headers=headers)
            else:
                answer = browser.generic(method, url, headers=headers)
            text, left = text_of(answer), then()
        return Asked(answer, effects, text, left)
