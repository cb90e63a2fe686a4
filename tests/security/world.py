"""Two poisoned teams and all who knock at their doors, in one state of the database."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.github.models import Connection
from apps.teams.models import Membership
from tests.factories import UserFactory
from tests.security.places import PLACES
from tests.security.placing import Of, Place, Way
from tests.security.poisoned import Poisoned
from tests.security.routes import Route

ROLES = ("anonymous", "outsider", "removed", "staff", "member", "admin")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Whose rows a URL names: the admin's and member's own team; the other one; the own team and the
#: other's row within it; none that exist; and the own team with a row that does not exist.
IDS = ("own", "foreign", "mixed", "nonexistent", "own and nonexistent")
NO_SLUG, NO_PK, NO_TEXT = "no-such-team", 999_999_999, "no-such-thing"

#: What differs between two answers that say the same: the token against forged requests.
TOKEN = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ?")[^"]+')


@dataclass
class World:
    own: Poisoned
    foreign: Poisoned
    sessions: Mapping[str, str]  #: role → the key of a live session; "" for who has none
    browsers: Mapping[bool, Client] = field(
        default_factory=lambda: {
            guarded: Client(raise_request_exception=False, enforce_csrf_checks=guarded)
            for guarded in (False, True)
        }
    )

    def browser(self, role: str, *, is_guarded: bool = False) -> Client:
        """
        A browser with nothing but the role's session.

        It is the same one each time: a new one has the server look for all static files again.

        :param is_guarded: against forged requests, as in production.
        """
        client = self.browsers[is_guarded]
        client.cookies.clear()
        if self.sessions[role]:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def url(self, route: Route, place: Place, ids: str) -> str | None:
        """None where that choice of ids is no other than one before."""
        slug_is_team = "slug" in route.arguments and "slug" not in place.ids
        children = [name for name in route.arguments if isinstance(place.ids.get(name), Of)]
        if (not slug_is_team and not children and ids != "own") or (
            ids in ("mixed", "own and nonexistent") and not (slug_is_team and children)
        ):
            return None
        arguments = {
            name: self.value(place.ids.get(name, Of("teams.Team", "slug")), ids, name)
            for name in route.arguments
        }
        return reverse(route.name, kwargs=arguments)

    def value(self, told: str | Of, ids: str, name: str) -> Any:
        """What stands in a URL or a form for a row, by the choice of ids."""
        if isinstance(told, str):
            return told
        is_team = name == "slug" and told.model == "teams.Team"
        if ids == "nonexistent" or (ids == "own and nonexistent" and not is_team):
            return NO_SLUG if is_team else NO_PK if told.column == "pk" else NO_TEXT
        is_foreign = ids == "foreign" or (ids == "mixed" and not is_team)
        row = (self.foreign if is_foreign else self.own).row(told.model, told.which)
        return getattr(row, told.column)

    def body(self, way: Way | None, ids: str = "own") -> dict[str, Any]:
        told = way.body if way else {}
        return {name: self.value(value, ids, name) for name, value in told.items()}


def made_world(token: str) -> World:
    """:param token: one that the GitHub of this test knows."""
    own, foreign = Poisoned("a"), Poisoned("b")
    for team in (foreign, own):
        team.fill()
        for told in _named():
            team.row(told.model, told.which)
        team.row("teams.Membership", 3)  # another admin: the first is free to leave
    connection = Connection.objects.get(team=own.row("teams.Team"))
    connection.token, connection.account_login = token, "northwind-labs"
    connection.save()
    people: dict[str, Any] = {
        "admin": own.row("accounts.User"),
        "outsider": foreign.row("accounts.User"),
        **{role: UserFactory(username=role) for role in ("member", "removed")},
        "staff": UserFactory(username="staff", is_staff=True, is_superuser=True),
        "clerk": UserFactory(username="clerk", is_staff=True),  # who may do nothing in the admin
    }
    for role in ("member", "removed"):
        Membership.objects.create(team=own.row("teams.Team"), user=people[role], role="admin")
    sessions = {role: _session_of(people[role]) for role in people} | {"anonymous": ""}
    Membership.objects.filter(user=people["member"]).update(role="member")
    Membership.objects.filter(user=people["removed"]).delete()
    return World(own, foreign, sessions)


def _named() -> Iterator[Of]:
    """The rows that the table speaks of."""
    for place in PLACES.values():
        bodies = [way.body.values() for way in (place.get, place.post) if way is not None]
        for value in chain(place.ids.values(), *bodies):
            if isinstance(value, Of):
                yield value


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def text_of(answer: HttpResponse) -> str:
    """All that it tells: the body, every header and cookie, and what the next page will say."""
    body = answer.getvalue() if answer.streaming else answer.content
    headers = [f"{name}: {value}" for name, value in answer.headers.items()]
    parts = [*headers, answer.cookies.output(), *messages_of(answer), body.decode(errors="replace")]
    return "\n".join(parts)


def messages_of(answer: HttpResponse) -> list[str]:
    """What the next page will say."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def alike(answer: HttpResponse, url: str) -> tuple[int, str]:
    """An answer without what may differ: its own address, and the token of its forms."""
    text = TOKEN.sub(r"\1", text_of(answer)).replace(url, "…")
    for part in url.split("/"):
        if part in (NO_SLUG, NO_TEXT, str(NO_PK)) or part.startswith("qzxj"):
            text = text.replace(part, "…")
    return answer.status_code, re.sub(r"(?im)^(set-cookie|content-length):.*$", "", text)
