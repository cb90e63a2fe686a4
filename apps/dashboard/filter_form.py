"""The form in which people choose what a page shows, and links that change one thing of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from apps.dashboard.filters import DAYS, SEVERAL, USUAL, Filters, is_last_days, query_of
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import Period

LABELS = {
    "repo": "Repository",
    "author": "Author",
    "state": "State",
    "ai": "Signs of AI",
    "size": "Size",
}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Field:
    """Of several values any number can be ticked."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Link:
    """A query string: of other days, or without one of the filters."""

    label: str
    query: str
    is_chosen: bool = False


@dataclass(frozen=True)
class FilterForm:
    days: tuple[Link, ...]
    fields: tuple[Field, ...]
    weeks: tuple[Option, ...]
    chips: tuple[Link, ...]  #: what narrows the page; each link takes it away
    clear: str  #: a query string with the same days and nothing else
    complaints: tuple[str, ...]
    period: Period
    own_days: bool  #: the days were given by hand
    other_days: int  #: so many last ones are shown where the form names no day
    search: str
    with_bots: bool
    sort: str  #: of the page with the table; kept, never shown here


def form_of(filters: Filters, *, sort: str = "") -> FilterForm:
    chosen = filters.chosen
    period = chosen.period
    return FilterForm(
        days=_days(chosen, sort),
        fields=tuple(
            Field(name, LABELS[name], _options(filters, name, getattr(chosen, column)))
            for name, column in SEVERAL.items()
        ),
        weeks=_options(filters, "week", (chosen.week,) if chosen.week else ()),
        chips=tuple(_chips(filters, sort)),
        clear=query_of(Chosen(period=period), sort=sort),
        complaints=filters.complaints,
        period=period,
        own_days=not is_last_days(period),
        other_days=period.days if is_last_days(period) else USUAL,
        search=chosen.search,
        with_bots=chosen.with_bots,
        sort=sort,
    )


def _days(chosen: Chosen, sort: str) -> tuple[Link, ...]:
    """Other days, the same filters; but the week, which may lie outside of them."""
    now = chosen.period
    return tuple(
        Link(
            label=f"{days} days",
            query=query_of(chosen, sort=sort, days=days, week=None),
            is_chosen=is_last_days(now) and now.days == days,
        )
        for days in DAYS
    )


def _options(filters: Filters, name: str, chosen: tuple[object, ...]) -> tuple[Option, ...]:
    values = set(map(str, chosen))
    known = filters.known[name]
    return tuple(Option(value, label, value in values) for value, label in known.items())


def _chips(filters: Filters, sort: str) -> Iterator[Link]:
    chosen = filters.chosen
    for name, column in SEVERAL.items():
        values = getattr(chosen, column)
        for value in values:
            left = tuple(other for other in values if other != value)
            label = f"{LABELS[name]}: {filters.known[name][str(value)]}"
            without: dict[str, Any] = {column: left}
            yield Link(label, query_of(replace(chosen, **without), sort=sort))
    if chosen.week:
        label = f"Week of {filters.known['week'][chosen.week.isoformat()]}"
        yield Link(label, query_of(chosen, sort=sort, week=None))
    if chosen.search:
        yield Link(f"Search: {chosen.search}", query_of(chosen, sort=sort, search=""))
    if chosen.with_bots:
        yield Link("With bots", query_of(chosen, sort=sort, with_bots=False))
