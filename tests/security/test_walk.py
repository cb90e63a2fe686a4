"""
Every URL × everybody × every method × own, foreign and invented rows: S-001 … S-006, S-017, S-093.

What is right is said in `places.py`. Nobody sees a word of a team that is not theirs, whoever is
refused changes nothing, and nothing is changed by looking.
"""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.security.asking import Asked, Asking
from tests.security.expecting import ALIKE, Expected, expected, tried
from tests.security.looking import COUNTS, Effects
from tests.security.placing import Place, Way
from tests.security.routes import Route, place_of, placed
from tests.security.world import METHODS, ROLES, alike, messages_of

#: Whose words each role must never read.
NOT_THEIRS = {
    "anonymous": ("own", "foreign"),
    "outsider": ("own",),
    "removed": ("own", "foreign"),
    "staff": ("own", "foreign"),
    "member": ("foreign",),
    "admin": ("foreign",),
}
pytestmark = pytest.mark.django_db  # within the transaction of the world

SAFE = ("GET", "HEAD", "OPTIONS")

each_url = pytest.mark.parametrize("route", placed(), ids=lambda route: route.name)


class Walk:
    """All requests to one URL, and what was wrong with each."""

    def __init__(self, asking: Asking, route: Route) -> None:
        self.asking, self.route = asking, route
        self.place: Place = place_of(route)
        self.complaints: list[str] = []

    def knock(self, role: str, method: str) -> None:
        world, said = self.asking.world, {}
        for ids in tried(self.place, role, method):
            url = world.url(self.route, self.place, ids)
            if url is None:
                continue
            asked = self.asking.ask(role, method, url, world.body(self.place.post))
            right = expected(self.place, role, method, ids)
            for complaint in self.wrong(role, method, url, right, asked):
                self.complaints.append(f"{role}, {method} {url} ({ids}): {complaint}")
            said[ids] = (alike(asked.answer, url), asked.effects.statements)
        for one, other in ALIKE[role]:
            is_shown = role == "staff" and self.place.shown_to_staff
            if one in said and other in said and said[one] != said[other] and not is_shown:
                self.complaints.append(f"{role}, {method}: one can tell {one} from {other}")

    def wrong(
        self, role: str, method: str, url: str, right: Expected, asked: Asked
    ) -> Iterator[str]:
        answer, effects = asked.answer, asked.effects
        if answer.status_code not in right.statuses:
            yield f"answered {answer.status_code}, not {sorted(right.statuses)}"
        leads_to = answer.headers.get("Location", "")
        is_sent_in = role == "anonymous" and right.is_refused and leads_to
        if is_sent_in and not leads_to.startswith(reverse("accounts:login")):
            yield f"led to {leads_to}"
        is_theirs = role == "staff" and self.place.shown_to_staff
        for team in () if is_theirs else NOT_THEIRS[role]:
            poisoned = getattr(self.asking.world, team)
            if leaked := poisoned.sung_in(asked.text) - poisoned.sung_in(url):
                yield f"told of {team}: {', '.join(sorted(leaked))}"
        # Members are counted where they press too often, whether or not they may press.
        is_stranger = role not in ("member", "admin") and not self.place.is_open
        way = self.place.way(method)
        yield from _wrong_effects(way, method, right, effects, is_stranger=is_stranger)
        is_meant = role == "admin" and method == "POST" and not right.is_refused
        if is_meant and way and way.effect and not effects.beside(COUNTS):
            told = " ".join(messages_of(answer))
            yield f"has no effect although its line says so: is its body right? {told}"


def _wrong_effects(
    way: Way | None, method: str, right: Expected, effects: Effects, *, is_stranger: bool
) -> Iterator[str]:
    if right.is_refused:
        if done := effects.beside(frozenset() if is_stranger else COUNTS):
            yield f"was refused, and {done}"
    elif way is not None and method in SAFE:
        effects.calls.clear()  # a page may ask GitHub what there is
        if not way.effect and (done := effects.beside(frozenset())):
            yield f"only looked, and {done}"
    elif way is not None and not way.effect and effects.tables - COUNTS:
        yield f"has no effect by its line, and {effects.beside(COUNTS)}"


@each_url
def test_everybody_gets_what_is_theirs_and_nothing_else(asking, route):
    walk = Walk(asking, route)

    for role in ROLES:
        for method in METHODS:
            walk.knock(role, method)

    assert not walk.complaints, "\n".join([route.name, *walk.complaints])
