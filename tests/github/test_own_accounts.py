"""What a team says of accounts: no chains, no circles, and one person for each member."""

import pytest

from apps.github import own_accounts
from apps.github.models import Person
from apps.github.own_accounts import Refused, account_of
from apps.teams.models import Membership
from tests.factories import MembershipFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def people(team):
    """ada, bob and eve, by login."""
    return {login: PersonFactory(team=team, login=login) for login in ("ada", "bob", "eve")}


def under(team, one, other):
    return own_accounts.count_as_one(team, one.pk, under=other.pk)


def refused(do, *arguments, **keywords):
    with pytest.raises(Refused) as refusal:
        do(*arguments, **keywords)
    return str(refusal.value)


# --- One person ---


def test_one_of_two_accounts_is_counted_under_the_other_once(team, people):
    assert (
        under(team, people["bob"], people["ada"]) == "bob and ada are one person, counted as ada."
    )
    assert under(team, people["bob"], people["ada"]) == ""
    assert Person.objects.get(login="bob").same_as == people["ada"]


def test_any_number_of_accounts_is_one_person(team, people):
    under(team, people["bob"], people["ada"])
    under(team, people["eve"], people["ada"])

    assert people["ada"].other_accounts.count() == 2


def test_what_would_be_a_chain_or_a_circle_is_refused_with_a_way_out(team, people):
    under(team, people["bob"], people["ada"])

    assert refused(under, team, people["eve"], people["bob"]) == (
        "bob is itself counted as ada. Choose that one."
    )
    assert refused(under, team, people["ada"], people["eve"]) == (
        "bob is counted as ada. Take the two apart first."
    )
    assert refused(under, team, people["ada"], people["bob"]) == (
        "bob is counted as ada already: they are one person."
    )
    assert refused(under, team, people["bob"], people["eve"]) == (
        "bob is counted as ada. Take the two apart first."
    )
    assert "That is the same account" in refused(under, team, people["ada"], people["ada"])
    assert Person.objects.filter(same_as__same_as__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"kind": "bot"}, "GitHub itself calls odd a bot"),
        ({"kind": "ghost"}, "Deleted accounts are many people"),
        ({"counts_as_bot": True}, "odd is on the team's list of bots. Take it off first."),
    ],
)
def test_only_people_are_one_person(team, people, columns, reason):
    odd = PersonFactory(team=team, login="odd", **columns)

    assert reason in refused(under, team, odd, people["ada"])
    assert reason in refused(under, team, people["ada"], odd)


def test_undone_it_is_as_before(team, people):
    under(team, people["bob"], people["ada"])

    assert own_accounts.count_apart(team, people["bob"].pk) == "bob and ada are counted apart."
    assert own_accounts.count_apart(team, people["bob"].pk) == ""
    assert not Person.objects.exclude(same_as=None).exists()


# --- Bots ---


def test_who_is_somebody_is_no_bot(team, people):
    under(team, people["bob"], people["ada"])
    member = MembershipFactory(team=team)
    own_accounts.belongs_to(team, member.pk, people["eve"].pk)

    for login, reason in [
        ("bob", "bob is counted as ada. Take the two apart first."),
        ("ada", "bob is counted as ada. Take the two apart first."),
        ("eve", "eve is a member here. Take that back first."),
    ]:
        said = refused(own_accounts.count_as_bot, team, people[login].pk, is_bot=True)
        assert said == reason
    assert not Person.objects.filter(counts_as_bot=True).exists()


# --- Whose account it is ---


def test_a_member_has_one_account_and_an_account_one_member(team, people):
    member, other = MembershipFactory(team=team), MembershipFactory(team=team)
    name = member.user.username

    said = own_accounts.belongs_to(team, member.pk, people["ada"].pk)
    again = own_accounts.belongs_to(team, member.pk, people["ada"].pk)
    taken = refused(own_accounts.belongs_to, team, other.pk, people["ada"].pk)

    assert (said, again) == (f"{name} is ada at GitHub.", "")
    assert taken == f"ada belongs to {name} already. Take that back first."
    own_accounts.belongs_to(team, member.pk, people["bob"].pk)
    assert account_of(team, member.user_id) == people["bob"]
    assert Person.objects.exclude(membership=None).count() == 1
    assert "has no account" in own_accounts.belongs_to(team, member.pk, None)
    assert account_of(team, member.user_id) is None


def test_a_second_account_leads_to_the_person(team, people):
    member, other = MembershipFactory(team=team), MembershipFactory(team=team)
    own_accounts.belongs_to(team, member.pk, people["bob"].pk)
    under(team, people["bob"], people["ada"])

    assert account_of(team, member.user_id) == people["ada"]
    assert "belongs to" in refused(own_accounts.belongs_to, team, other.pk, people["ada"].pk)
    own_accounts.count_apart(team, people["bob"].pk)
    assert account_of(team, member.user_id) == people["bob"]


def test_accounts_of_two_members_are_not_one_person(team, people):
    for login in ("ada", "bob"):
        own_accounts.belongs_to(team, MembershipFactory(team=team).pk, people[login].pk)

    assert "bob and ada belong to two members here." in refused(
        under, team, people["bob"], people["ada"]
    )


def test_who_leaves_the_team_and_who_is_in_another_one_has_no_account_here(team, people):
    member = MembershipFactory(team=team)
    elsewhere = MembershipFactory(user=member.user)
    own_accounts.belongs_to(team, member.pk, people["ada"].pk)

    assert account_of(elsewhere.team, member.user_id) is None
    member.delete()
    assert account_of(team, member.user_id) is None
    assert Person.objects.filter(pk=people["ada"].pk, membership=None).exists()


def test_nothing_is_said_of_other_teams_rows(team, people):
    foreign, theirs = MembershipFactory(), PersonFactory()

    with pytest.raises(Membership.DoesNotExist):
        own_accounts.belongs_to(team, foreign.pk, people["ada"].pk)
    for do in (own_accounts.count_apart, own_accounts.count_as_bot):
        with pytest.raises(Person.DoesNotExist):
            do(team, theirs.pk, **({"is_bot": True} if do == own_accounts.count_as_bot else {}))
    with pytest.raises(Person.DoesNotExist):
        under(team, people["ada"], theirs)
    with pytest.raises(Person.DoesNotExist):
        own_accounts.belongs_to(team, MembershipFactory(team=team).pk, theirs.pk)
