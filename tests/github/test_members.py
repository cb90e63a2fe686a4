"""Members become people, and who left stays one."""

import pytest

from apps.github.connecting.connections import connect
from apps.github.models import Person
from apps.github.syncing import members
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import data, problem, user
from tests.github.faults import always

pytestmark = pytest.mark.django_db


def test_members_of_all_pages_become_people(github, team):
    github.members = [user(f"member-{number}") for number in range(5)]

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert Person.objects.filter(team=team, is_member=True).count() == 5
    assert Person.objects.get(login="member-0").github_id is not None


def test_who_left_is_no_member_any_more_and_stays_a_person(github, team):
    members.sync(claim(team, Status.SYNCING_MEMBERS))
    github.members = [user("bert")]

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert dict(Person.objects.values_list("login", "is_member")) == {"ada": False, "bert": True}


def test_a_token_that_may_not_list_members_is_no_failure(github, team):
    github.faults.append(
        always(
            "Members", lambda: data({"organization": None}, problem("FORBIDDEN", "organization"))
        )
    )

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert not Person.objects.exists()


def test_a_personal_account_has_one_member(github, team):
    connect(team, token="ghp_secret")

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert [person.login for person in Person.objects.filter(is_member=True)] == ["viewer"]


def test_a_member_who_was_renamed_is_a_member_once(github, team):
    """R-38"""
    members.sync(claim(team, Status.SYNCING_MEMBERS))
    github.members[0]["login"] = "ada-lovelace"

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    found = Person.objects.filter(is_member=True).values_list("identity", "login")
    assert set(found) == {("user:294", "ada-lovelace"), ("user:429", "bert")}


def test_members_cost_four_statements_whatever_their_number(
    github, team, django_assert_max_num_queries
):
    github.members = [user(f"member-{number}") for number in range(250)]
    taken = claim(team, Status.SYNCING_MEMBERS)

    # With the transaction, the connection (whether its way is closed, and twice itself), the claim.
    with django_assert_max_num_queries(10):
        members.sync(taken)
