"""What a team's people see of how they are counted: accounts, words, and who changed what."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from apps.dashboard.excerpts import visible
from apps.github.models import Person
from apps.metrics.models import CountingChange, CountingRules, Measurement
from apps.teams.models import Membership, Team

ON_A_PAGE = 25
CANDIDATES = 20  # offered as the same person
CHANGES = 10  # the newest
LONGEST_SEARCH = 100  # characters of a login

Kind = Person.Kind


@dataclass(frozen=True)
class Account:
    """An account of GitHub that the team has met, and what is said of it."""

    pk: int
    login: str
    name: str
    counts_as: str  #: "a bot, by your list", "the same person as ada"; empty: as itself
    is_bot: bool  #: by the team's own list
    main: int | None  #: under which other account it is counted
    is_in_organisation: bool


@dataclass(frozen=True)
class Member:
    """Somebody who signs in here, and the account at GitHub."""

    name: str
    is_admin: bool
    account: Account | None


@dataclass(frozen=True)
class Counting:
    """Everything on the page, but the forms."""

    search: str
    accounts: tuple[Account, ...]
    page: Page[Person]
    bots: tuple[Account, ...]
    merged: tuple[Account, ...]
    members: tuple[Member, ...]  #: for admins; empty for others
    words: tuple[str, ...]
    changes: tuple[CountingChange, ...]
    computed_at: datetime | None


@dataclass(frozen=True)
class AccountPage:
    """One account: what can be said of it, and who else may be the same person."""

    account: Account
    kind: str  #: as GitHub has it
    is_ordinary: bool  #: a user's, of which a team may say something
    others: tuple[Account, ...]  #: counted under this one
    member: Member | None  #: whose it is; for admins
    membership: int | None
    memberships: tuple[tuple[int, str], ...]  #: for admins: everybody, to choose from
    search: str
    candidates: tuple[Account, ...]
    are_found: bool  #: False: candidates are suggestions, of accounts with the same name


def searched(text: str) -> str:
    """What is searched for, as typed; no letter of it can be looked for if one is NUL."""
    return text.replace("\x00", "").strip()[:LONGEST_SEARCH]


def counting_of(team: Team, *, search: str, page: str, is_admin: bool) -> Counting:
    """Eight statements at most, whatever the team's size."""
    said = [account_of_row(row) for row in _own_words(team)]
    shown = Paginator(ordinary_accounts(team, search), ON_A_PAGE).get_page(page)
    rules = CountingRules.objects.filter(team=team).first()
    measured = Measurement.objects.filter(team=team).only("computed_at").first()
    return Counting(
        search=search,
        accounts=tuple(account_of_row(row) for row in shown),
        page=shown,
        bots=tuple(one for one in said if one.is_bot),
        merged=tuple(one for one in said if one.main),
        members=_members(team) if is_admin else (),
        words=tuple(rules.hotfix_words) if rules else (),
        changes=tuple(team.counting_changes.order_by("-at", "-pk")[:CHANGES]),
        computed_at=measured.computed_at if measured else None,
    )


def account_page(team: Team, pk: int, *, search: str, is_admin: bool) -> AccountPage | None:
    """None for an account that this team has not met. Five statements at most."""
    row = _people(team).select_related("membership__user").filter(pk=pk).first()
    if row is None:
        return None
    is_ordinary = row.kind == Kind.USER
    candidates = _candidates(team, row, search) if is_admin and is_ordinary else ()
    memberships = _memberships(team) if is_admin and is_ordinary else ()
    return AccountPage(
        account=account_of_row(row),
        kind=row.get_kind_display(),
        is_ordinary=is_ordinary,
        others=tuple(
            map(account_of_row, _people(team).filter(same_as=row).order_by(Lower("login")))
        ),
        member=_member(row.membership) if is_admin and row.membership else None,
        membership=row.membership_id if is_admin else None,
        memberships=tuple((one.pk, one.user.get_username()) for one in memberships),
        search=search,
        candidates=tuple(account_of_row(one) for one in candidates),
        are_found=bool(search),
    )


def knows_members(team: Team) -> bool:
    """Whether it is known who is in the organisation; without, nobody can be called outside."""
    return Person.objects.filter(team=team, is_member=True).exists()


def _people(team: Team) -> QuerySet[Person]:
    return Person.objects.filter(team=team).select_related("same_as")


def _own_words(team: Team) -> QuerySet[Person]:
    own = Q(counts_as_bot=True) | Q(same_as__isnull=False)
    return _people(team).filter(own).order_by(Lower("login"), "pk")


def ordinary_accounts(team: Team, search: str) -> QuerySet[Person]:
    """Apps and deleted accounts are left out: nothing can be said of them."""
    rows = _people(team).filter(kind=Kind.USER)
    if search:
        rows = rows.filter(Q(login__icontains=search) | Q(name__icontains=search))
    return rows.order_by(Lower("login"), "pk")


def _candidates(team: Team, row: Person, search: str) -> QuerySet[Person]:
    """Accounts that this one may be counted under: ordinary ones that stand for themselves."""
    rows = (
        ordinary_accounts(team, search).filter(counts_as_bot=False, same_as=None).exclude(pk=row.pk)
    )
    if not search:
        rows = rows.filter(name__iexact=row.name) if row.name else rows.none()
    return rows[:CANDIDATES]


def _memberships(team: Team) -> QuerySet[Membership]:
    return team.memberships.select_related("user").order_by(Lower("user__username"))


def _members(team: Team) -> tuple[Member, ...]:
    rows = _memberships(team).select_related("user", "github_account__same_as")
    return tuple(_member(row) for row in rows)


def _member(row: Membership) -> Member:
    account: Person | None = getattr(row, "github_account", None)
    return Member(
        name=row.user.get_username(),
        is_admin=row.role == Membership.Role.ADMIN,
        account=account_of_row(account) if account else None,
    )


def account_of_row(row: Person) -> Account:
    return Account(
        pk=row.pk,
        login=row.handle,
        name=visible(row.name),
        counts_as=_counts_as(row),
        is_bot=row.counts_as_bot,
        main=row.same_as_id,
        is_in_organisation=row.is_member,
    )


def _counts_as(row: Person) -> str:
    if row.counts_as_bot:
        return "a bot, by the team's list"
    if row.same_as:
        return f"the same person as {row.same_as.login}"
    return "a bot, as GitHub says" if row.kind == Kind.BOT else ""
