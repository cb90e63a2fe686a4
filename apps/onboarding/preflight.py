"""What a lead sees before anything is read: counts, what is missing and why, expected time."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings

from apps.core.history import history_start, quick_start_days
from apps.core.sentences import Notice, with_link
from apps.github.api.client import GitHubClient
from apps.github.api.facts import Repository
from apps.github.choosing import preflight
from apps.github.choosing.preflight import Budget, Counts, Findings
from apps.github.connecting.connections import missing_of
from apps.github.models import Connection
from apps.onboarding.choosing import Offer
from apps.onboarding.expectation import Expectation, Pace, expectation, in_minutes, pace_of
from apps.teams.models import Team
from apps.teams.stages import days, length_in_words


@dataclass(frozen=True)
class Row:
    """A repository of the list."""

    repository: Repository
    is_chosen: bool
    is_counted: bool  #: or will be, once GitHub has answered
    counts: Counts | None

    @property
    def is_empty(self) -> bool:
        """Nothing was ever pushed: a repository with a commit has a default branch."""
        return not self.repository.default_branch


@dataclass(frozen=True)
class Preflight:
    notices: tuple[Notice, ...]
    pace: Pace
    expected: Expectation
    uncounted: int  #: of the chosen ones: the expectation knows nothing of them
    counts: Mapping[str, Counts]
    budget: Budget | None

    @property
    def opens_in(self) -> str:
        return in_minutes(self.expected.seconds).capitalize()

    @property
    def older_take(self) -> str:
        return in_minutes(self.expected.older_seconds)

    @property
    def is_over_budget(self) -> bool:
        return self.budget is not None and self.expected.points > self.budget.remaining

    @property
    def pace_for_browser(self) -> dict[str, float]:
        return asdict(self.pace)


def rows_of(offer: Offer, chosen: Collection[str], counts: Mapping[str, Counts]) -> list[Row]:
    countable = {one.node_id for one in preflight.countable(offer.repositories)}
    return [
        Row(
            repository=one,
            is_chosen=one.name_with_owner in chosen,
            is_counted=one.node_id in countable,
            counts=counts.get(one.name_with_owner),
        )
        for one in offer.repositories
    ]


def preflight_of(
    client: GitHubClient,
    connection: Connection,
    offer: Offer,
    *,
    chosen: Collection[str],
    now: datetime,
) -> Preflight:
    """
    Ask GitHub all that the page can say of a choice before it is made.

    :raises GitHubTokenRejected: whatever else GitHub does not answer is left out.
    """
    team = connection.team
    selected = team.repositories.filter(is_selected=True)
    findings = preflight.look(
        client,
        offer.owner,
        offer.repositories,
        list(selected.exclude(name_with_owner__in=offer.names)),
        recent=now - timedelta(days=quick_start_days()),
        whole=history_start(now, days=team.history_days),
    )
    pace = pace_of(team)
    counted = [findings.counts[name] for name in chosen if name in findings.counts]
    return Preflight(
        notices=tuple(_notices(connection, offer, findings)),
        pace=pace,
        expected=expectation(counted, pace),
        uncounted=len(chosen) - len(counted),
        counts=findings.counts,
        budget=findings.budget,
    )


def _notices(connection: Connection, offer: Offer, findings: Findings) -> list[Notice]:
    """What is missing and why, each with what can be done about it."""
    notices = [
        with_link(_GONE.format(name=name, reason=reason))
        for name, reason in sorted(findings.unreachable.items())
    ]
    if findings.wants_sso and not offer.refusal:
        notices.append(Notice(_SSO, findings.sso_link))
    if missing := missing_of(connection):
        notices.append(Notice(_MISSING.format(missing=", ".join(missing))))
    if findings.are_members_hidden:
        notices.append(Notice(_MEMBERS.format(account=offer.account)))
    if findings.trouble:
        notices.append(Notice(f"{findings.trouble} {_TROUBLE}"))
    if findings.counts and not any(one.whole for one in findings.counts.values()):
        history = length_in_words(connection.team.history_days)
        notices.append(Notice(_NOTHING.format(history=history)))
    return notices


def windows_in_words(team: Team) -> tuple[str, str]:
    """The two windows that are counted: "30 days", "90 days"."""
    return days(quick_start_days()), length_in_words(team.history_days)


def most_repositories() -> int:
    most: int = settings.HISTORICAL_SYNC_CONFIG["max_repositories"]
    return most


_GONE = (
    "{name} was read until now, and is not seen any more; choosing anew leaves it out of the "
    "numbers. {reason}"
)
_SSO = (
    "An organisation is not listed here: it wants the token authorised for single sign-on first. "
    "That is done at GitHub, beside the token, under “Configure SSO”."
)
_MISSING = (
    "GitHub has not granted all that was asked for: {missing} is missing. What needs it is left "
    "out; the rest is read."
)
_MEMBERS = (
    "Who belongs to {account} cannot be listed with this connection (it needs “read:org”, or "
    "“Members: read”). Everything is read all the same; people are known once they have opened, "
    "reviewed or merged a pull request, and those who did nothing are not shown."
)
_TROUBLE = "The choice works without: the time is then told for what is counted."
_NOTHING = (
    "GitHub counts no pull request of the last {history} in any of these repositories. Choose "
    "another account if your team works elsewhere; if it works here, the connection may lack the "
    "right to read pull requests. An import works all the same, and finds nothing to read."
)
