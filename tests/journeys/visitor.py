"""A signed-in person who uses the pages over real HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.teams.models import Team

PATIENCE = 30.0  # seconds, half of what Celery's defaults wait for a broker that is silent


class Visitor:
    def __init__(self, browser: httpx.Client, team: Team) -> None:
        self.browser = browser
        self.team = team

    def page(self, name: str) -> str:
        """The text of one of the team's pages; it has to answer in time, and well."""
        answer = self.browser.get(reverse(name, args=[self.team.slug]))
        assert answer.status_code == httpx.codes.OK, answer
        return answer.text

    def start(self, names: Sequence[str], *, account: str = "northwind-labs") -> httpx.Response:
        """Choose repositories in step 3, which starts the import."""
        self.page("onboarding:repositories")  # brings the cookie against forged requests
        return self.browser.post(
            reverse("onboarding:repositories", args=[self.team.slug]),
            data={"names": list(names), "account": account},
            headers={"X-CSRFToken": self.browser.cookies[settings.CSRF_COOKIE_NAME]},
        )


@contextmanager
def visitor(address: str, team: Team) -> Iterator[Visitor]:
    """The team's admin with a browser that waits no longer than `PATIENCE` for anything."""
    signed_in = Client()
    signed_in.force_login(team.people.get())
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    with httpx.Client(
        base_url=address, timeout=PATIENCE, cookies={settings.SESSION_COOKIE_NAME: session}
    ) as browser:
        yield Visitor(browser, team)
