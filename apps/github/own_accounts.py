"""
What a team itself says of accounts: which are scripts, which are one person, and whose they are.

Each function gives the sentence that tells what it has changed, empty where it was so already. They
look before they write: the caller lets one change of a team come after another.
"""

from django.db.models import Q

from apps.github.models import Person
from apps.teams.models import Membership, Team


class Refused(Exception):
    """The message is a sentence for the person who asked."""


def count_as_bot(team: Team, pk: int, *, is_bot: bool) -> str:
    """
    Put an ordinary account on the team's own list of bots, or take it off.

    :raises Person.DoesNotExist: for an account that this team has not met.
    :raises Refused: for one that is no ordinary account, or that people are counted under.
    """
    account = _account(team, pk)
    if account.counts_as_bot == is_bot:
        return ""
    if is_bot:
        _must_be_a_users(account)
        _must_stand_alone(account)
        if account.membership_id:
            raise Refused(f"{account.login} is a member here. Take that back first.")
    Person.objects.filter(pk=account.pk).update(counts_as_bot=is_bot)
    return f"{account.login} counts as a {'bot' if is_bot else 'person'}."


def count_as_one(team: Team, pk: int, *, under: int) -> str:
    """
    Count everything of this account under another one: both are the same person's.

    :raises Person.DoesNotExist: for an account that this team has not met.
    :raises Refused: where it would make a chain or a circle, or one of them is no person's.
    """
    account, main = _account(team, pk), _account(team, under)
    if account == main:
        raise Refused("That is the same account: choose another one.")
    if account.same_as_id == main.pk:
        return ""
    for one in (account, main):
        _must_be_a_users(one)
        if one.counts_as_bot:
            raise Refused(f"{one.login} is on the team's list of bots. Take it off first.")
    if main.same_as_id == account.pk:
        raise Refused(f"{main.login} is counted as {account.login} already: they are one person.")
    if main.same_as:
        raise Refused(f"{main.login} is itself counted as {main.same_as.login}. Choose that one.")
    _must_stand_alone(account)
    if account.membership_id and _membership_of(main):
        raise Refused(
            f"{account.login} and {main.login} belong to two members here."
            " Take one of the two back first."
        )
    Person.objects.filter(pk=account.pk).update(same_as=main)
    return f"{account.login} and {main.login} are one person, counted as {main.login}."


def count_apart(team: Team, pk: int) -> str:
    """
    Count this account for itself again.

    :raises Person.DoesNotExist: for an account that this team has not met.
    """
    account = _account(team, pk)
    if account.same_as is None:
        return ""
    Person.objects.filter(pk=account.pk).update(same_as=None)
    return f"{account.login} and {account.same_as.login} are counted apart."


def belongs_to(team: Team, membership_pk: int, account_pk: int | None) -> str:
    """
    Say which account a member of the team has at GitHub; None: none.

    It opens that person's own page to the member.

    :raises Membership.DoesNotExist: for a member of another team.
    :raises Person.DoesNotExist: for an account that this team has not met.
    :raises Refused: for no ordinary account, or one that is another member's.
    """
    membership = team.memberships.select_related("user").get(pk=membership_pk)
    name = membership.user.get_username()
    before = Person.objects.filter(team=team, membership=membership).first()
    if (before.pk if before else None) == account_pk:
        return ""
    account = None if account_pk is None else _account(team, account_pk)
    if account:
        _must_be_a_users(account)
        if account.counts_as_bot:
            raise Refused(f"{account.login} is on the team's list of bots. Take it off first.")
        other = _membership_of(account)
        if other and other != membership:
            whose = other.user.get_username()
            raise Refused(f"{account.login} belongs to {whose} already. Take that back first.")
    Person.objects.filter(team=team, membership=membership).update(membership=None)
    if account is None:
        return f"{name} has no account at GitHub any more."
    Person.objects.filter(pk=account.pk).update(membership=membership)
    return f"{name} is {account.login} at GitHub."


def account_of(team: Team, user_pk: int) -> Person | None:
    """The account under which this user of ours is counted; None where nobody has said it."""
    own = (
        Person.objects.filter(team=team, membership__user=user_pk).select_related("same_as").first()
    )
    return own and (own.same_as or own)


def _account(team: Team, pk: int) -> Person:
    return Person.objects.select_related("same_as").get(team=team, pk=pk)


def _must_be_a_users(account: Person) -> None:
    if account.kind == Person.Kind.BOT:
        raise Refused(f"GitHub itself calls {account.login} a bot, and it counts as one.")
    if account.kind == Person.Kind.GHOST:
        raise Refused("Deleted accounts are many people: nothing can be said of them as of one.")


def _must_stand_alone(account: Person) -> None:
    if account.same_as:
        raise Refused(
            f"{account.login} is counted as {account.same_as.login}. Take the two apart first."
        )
    other = account.other_accounts.order_by("login").first()
    if other:
        raise Refused(f"{other.login} is counted as {account.login}. Take the two apart first.")


def _membership_of(account: Person) -> Membership | None:
    """Of the person: any of the accounts that are counted as one."""
    main = account.same_as_id or account.pk
    return (
        Membership.objects.filter(Q(github_account=main) | Q(github_account__same_as=main))
        .select_related("user")
        .first()
    )
