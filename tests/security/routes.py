"""All named URLs, read from the URLconf, with the arguments that each takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.security.places import PLACES
from tests.security.placing import Place

#: Django's own site for staff has a walk of its own: one rule holds for all its URLs.
ADMIN_SITE = "admin"


@dataclass(frozen=True)
class Route:
    name: str  #: with its namespace, as `reverse` takes it
    shape: str  #: "teams/<slug:slug>/status/"
    arguments: tuple[str, ...]


def all_routes() -> list[Route]:
    return list(_below(get_resolver(), "", ""))


def routes_of_pages() -> list[Route]:
    return [route for route in all_routes() if not route.name.startswith(f"{ADMIN_SITE}:")]


def routes_of_admin() -> list[Route]:
    """Without those that have no name: they only lead on to others."""
    return [route for route in all_routes() if re.fullmatch(rf"{ADMIN_SITE}:\w+", route.name)]


def placed() -> list[Route]:
    return [route for route in routes_of_pages() if route.name in PLACES]


def line_for(route: Route) -> str:
    """What is to be written into `places.py`, as far as one can know it from the URL."""
    ids = [name for name in route.arguments if name != "slug"]
    named = ", ".join(f'"{name}": Of("app.Model")' for name in ids)
    rest = f", ids={{{named}}}" if named else ""
    who = "ADMIN" if "slug" in route.arguments else "SIGNED_IN"
    return f'    "{route.name}": Place(reads({who}), writes({who}, body={{}}){rest}),'


def place_of(route: Route) -> Place:
    return PLACES[route.name]


def _below(resolver: URLResolver, namespace: str, shape: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = shape + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _below(pattern, inner, path)
        elif isinstance(pattern, URLPattern):
            arguments = tuple(pattern.pattern.regex.groupindex)
            yield Route(f"{namespace}{pattern.name or pattern.lookup_str}", path, arguments)
