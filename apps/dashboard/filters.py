"""
What a page shows as its query string says it: read, and written again for links.

The names are the same on every page: `days` or `from` and `to`; `repo`, `author`, `state`, `ai` and
`size`, each as often as wanted; `week`, a Monday; `q`, `bots`, `sort`, `page`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from apps.core.weeks import weeks_between
from apps.dashboard.evidence_words import CLASSES
from apps.dashboard.excerpts import visible
from apps.github.models import Person, PullRequest, TrackedRepository
from apps.metrics.coverage import Coverage
from apps.metrics.formulas import BIG_LINES, SIZE_BANDS
from apps.metrics.models import PullRequestFlow
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import Period, between, last_days
from apps.teams.models import Team

DAYS = (7, 30, 90)
USUAL = 30  # days; the mails speak of the same
MOST_VALUES = 100  # of one name in a query string
MOST_COMPLAINTS = 5
SEARCHED = 100  # characters of a search

#: Names in the query string → columns of `Chosen` that hold several values.
SEVERAL: Mapping[str, str] = MappingProxyType(
    {
        "repo": "repositories",
        "author": "authors",
        "state": "states",
        "ai": "classes",
        "size": "sizes",
    }
)


@dataclass(frozen=True)
class Filters:
    """What is chosen, and what can be."""

    chosen: Chosen
    complaints: tuple[str, ...]  #: sentences on what the query string asks for in vain
    known: Mapping[str, Mapping[str, str]]  #: names of SEVERAL and "week" → value → label


@dataclass
class _Reader:
    """Takes values out of a query string, and says of which nothing can be made."""

    query: QueryDict
    complaints: list[str] = field(default_factory=list)

    def several(self, name: str, known: Mapping[str, str], noun: str) -> tuple[str, ...]:
        """Those that are known, each once. A field of a form that was left empty says nothing."""
        asked = list(dict.fromkeys(filter(None, self.query.getlist(name)[:MOST_VALUES])))
        for value in asked:
            if value not in known:
                self.complaints.append(
                    f"{_quoted(value)} is no {noun} that can be chosen here; it is left out."
                )
        return tuple(value for value in asked if value in known)

    def day(self, name: str) -> date | None:
        value = self.query.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.complaints.append(f"{_quoted(value)} is no day such as 2026-03-31; it is ignored.")
            return None


def filters_of(
    team: Team, query: QueryDict, *, now: datetime, coverage: Coverage | None = None
) -> Filters:
    """
    Two statements: the team's repositories, and the people who have opened something.

    :param coverage: where the page has read it already; saves the first.
    """
    reader = _Reader(query)
    period = _period(reader, team, now)
    repositories = coverage.repositories if coverage else _repositories(team)
    known = _known(team, period, repositories)
    columns: dict[str, Any] = {
        column: reader.several(name, known[name], NOUNS[name]) for name, column in SEVERAL.items()
    }
    for column in ("repositories", "authors"):
        columns[column] = tuple(map(int, columns[column]))
    weeks = reader.several("week", known["week"], "week within these days")
    chosen = Chosen(
        period=period,
        week=date.fromisoformat(weeks[0]) if weeks else None,
        search="".join(filter(str.isprintable, query.get("q", "")))[:SEARCHED].strip(),
        with_bots=query.get("bots") == "1",
        **columns,
    )
    return Filters(chosen, tuple(reader.complaints[:MOST_COMPLAINTS]), known)


NOUNS: Mapping[str, str] = MappingProxyType(
    {
        "repo": "repository",
        "author": "author",
        "state": "state",
        "ai": "class of AI use",
        "size": "size",
    }
)


def _period(reader: _Reader, team: Team, now: datetime) -> Period:
    first, last = reader.day("from"), reader.day("to")
    if first or last:
        today = now.astimezone(team.zone).date()
        last = last or today
        first = first or date.fromordinal(max(1, last.toordinal() - USUAL + 1))
        try:
            return between(team.zone, first, last, now)
        except ValueError as error:
            reader.complaints.append(f"{error} The last {USUAL} days are shown.")
    days = reader.several("days", {str(days): "" for days in DAYS}, "number of days")
    return last_days(team.zone, int(days[0]) if days else USUAL, now)


def _repositories(team: Team) -> Iterable[TrackedRepository]:
    return TrackedRepository.objects.filter(team=team).order_by("name_with_owner")


def _known(
    team: Team, period: Period, repositories: Iterable[TrackedRepository]
) -> dict[str, dict[str, str]]:
    authors = Person.objects.filter(
        Exists(PullRequestFlow.objects.filter(author=OuterRef("pk"))), team=team
    )
    last = max(period.since, period.until - timedelta(microseconds=1))
    return {
        "repo": {str(one.pk): one.name_with_owner for one in repositories},
        "author": {
            str(person.pk): person.handle
            for person in sorted(authors, key=lambda person: person.handle.casefold())
        },
        "state": {str(value): str(label) for value, label in PullRequest.State.choices},
        "ai": {letter: f"{letter} · {words.name}" for letter, words in CLASSES.items()},
        "size": sizes_in_words(),
        "week": {
            week.monday.isoformat(): f"{week.monday:%-d %b %Y}"
            for week in weeks_between(period.since, last, team.zone)
        },
    }


def sizes_in_words() -> dict[str, str]:
    """Key of a size → what it holds: "50 to 199 lines"."""
    words, least = {}, 0
    for band, most in SIZE_BANDS.items():
        words[band] = f"over {BIG_LINES} lines" if most is None else f"{least} to {most} lines"
        least = (most or 0) + 1
    return words


def query_of(
    chosen: Chosen, *, days: int | None = None, sort: str = "", page: int = 1, **changes: Any
) -> str:
    """
    The query string for a link, with its question mark.

    :param days: the link leads to the last so many days instead.
    :param changes: columns of `Chosen` that the link changes: `query_of(chosen, states=("open",))`.
    """
    wanted = replace(chosen, **changes)
    pairs = _days_of(wanted.period, days)
    for name, column in SEVERAL.items():
        pairs += [(name, str(value)) for value in getattr(wanted, column)]
    pairs += [("week", wanted.week.isoformat())] if wanted.week else []
    pairs += [("q", wanted.search)] if wanted.search else []
    pairs += [("bots", "1")] if wanted.with_bots else []
    pairs += [("sort", sort)] if sort else []
    pairs += [("page", str(page))] if page > 1 else []
    return f"?{urlencode(pairs)}"


def is_last_days(period: Period) -> bool:
    """Whether it ends now by its nature; False for days that somebody has named."""
    return period.name == f"last {period.days} days"


def _days_of(period: Period, days: int | None) -> list[tuple[str, str]]:
    if days is None and not is_last_days(period):
        return [("from", period.first_day.isoformat()), ("to", period.last_day.isoformat())]
    days = days or period.days
    return [("days", str(days))] if days != USUAL else []


def _quoted(value: str) -> str:
    shown = visible(value)
    return f"“{shown[:40]}…”" if len(shown) > 40 else f"“{shown}”"
