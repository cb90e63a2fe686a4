"""Chosen: what somebody looks at. The one place that turns filters into conditions."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from apps.core.weeks import Week
from apps.metrics.formulas import SIZE_BANDS
from apps.metrics.models import PullRequestFlow
from apps.metrics.selection.period import Period
from apps.teams.models import Team

NUMBER = re.compile(r"#([0-9]{1,9})")
PLAIN_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Chosen:
    """
    A period and filters; an empty filter lets everything through. All of them hold together.

    Values are trusted to be the team's own: pages check them.
    """

    period: Period
    repositories: tuple[int, ...] = ()  #: primary keys
    authors: tuple[int, ...] = ()  #: primary keys of the people under whom work is counted
    states: tuple[str, ...] = ()  #: as they are now: of `PullRequest.State`
    classes: tuple[str, ...] = ()  #: of `PullRequestAnalysis.AiClass`
    sizes: tuple[str, ...] = ()  #: keys of SIZE_BANDS; what is not merged has no size
    week: date | None = None  #: a Monday; only what of it lies in the period
    search: str = ""  #: a part of the title, or "#123"
    with_bots: bool = False  #: count bots' pull requests as if people had written them

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter but the period is set; bots in the numbers are one, too."""
        return self != Chosen(period=self.period)

    @property
    def window(self) -> str:
        """In words: "last 30 days", or the week."""
        return self.period.name if self.week is None else str(Week(self.week, self.period.zone))

    @property
    def since(self) -> datetime:
        if self.week is None:
            return self.period.since
        return max(self.period.since, Week(self.week, self.period.zone).starts_at)

    @property
    def until(self) -> datetime:
        """Before `since` for a week outside the period: nothing lies in it."""
        if self.week is None:
            return self.period.until
        return min(self.period.until, Week(self.week, self.period.zone).ends_at)

    @property
    def first_day(self) -> date:
        if self.week is None:
            return self.period.first_day
        return max(self.period.first_day, self.week)

    @property
    def last_day(self) -> date:
        if self.week is None:
            return self.period.last_day
        return min(self.period.last_day, self.week + timedelta(days=6))


def flows_of(team: Team, chosen: Chosen) -> QuerySet[PullRequestFlow]:
    """The rows that pass every filter but the period, the week and bots."""
    rows = PullRequestFlow.objects.filter(team=team)
    if chosen.repositories:
        rows = rows.filter(repository__in=chosen.repositories)
    if chosen.authors:
        rows = rows.filter(author__in=chosen.authors)
    if chosen.states:
        rows = rows.filter(state__in=chosen.states)
    if chosen.classes:
        rows = rows.filter(ai_class__in=chosen.classes)
    if chosen.sizes:
        rows = rows.filter(_in_bands(chosen.sizes))
    if text := chosen.search.replace("\0", "").strip():
        rows = rows.filter(_found_by(text))
    return rows


def _in_bands(names: tuple[str, ...]) -> Q:
    condition, least = Q(pk__in=()), 0
    for name, most in SIZE_BANDS.items():
        if name in names:
            here = Q(size__gte=least)
            condition |= here if most is None else here & Q(size__lte=most)
        least = 0 if most is None else most + 1
    return condition


def _found_by(text: str) -> Q:
    """`#123` is a number and nothing else; `123` may be one, or a part of a title."""
    if exact := NUMBER.fullmatch(text):
        return Q(pull_request__number=int(exact[1]))
    in_title = Q(pull_request__title__icontains=text)
    if PLAIN_NUMBER.fullmatch(text):
        return in_title | Q(pull_request__number=int(text))
    return in_title
