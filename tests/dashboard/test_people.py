"""People's own pages: who sees them, and what they tell."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.dashboard.conftest import NOW
from tests.dashboard.counting import look, say, url_of, words_of
from tests.factories import (
    CommitFactory,
    MembershipFactory,
    PersonFactory,
    PullRequestFactory,
    ReviewFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(team):
    return PersonFactory(team=team, login="ada", name="Ada Lovelace", is_member=True)


@pytest.fixture
def grace(team):
    return PersonFactory(team=team, login="grace", is_member=True)


@pytest.fixture
def repository(team):
    return TrackedRepositoryFactory(team=team, last_synced_at=NOW, sync_status="completed")


def merged_by(author, repository, *, days=3, reviewer=None):
    at = NOW - timedelta(days=days)
    row = PullRequestFactory(
        repository=repository,
        author=author,
        state="merged",
        created_at=at - timedelta(hours=5),
        merged_at=at,
    )
    CommitFactory(pull_request=row, authored_at=at - timedelta(hours=10))
    if reviewer:
        ReviewFactory(
            pull_request=row, author=reviewer, submitted_at=row.created_at + timedelta(hours=2)
        )
    return row


def measured(team):
    measure(claim(team, Status.BACKGROUND_METRICS), since=NOW - timedelta(days=60), now=NOW)


def sign_in(client, team, account=None, *, role="member"):
    """Somebody else of the team; `account` is theirs."""
    membership = MembershipFactory(team=team, role=role)
    if account:
        account.membership = membership
        account.save()
    client.force_login(membership.user)
    return membership


def page(client, team, person, **query):
    return look(client, team, "member", person.pk, **query)


# --- Who sees what ---


def test_admins_see_everybody_in_the_order_of_their_names(client, team, ada, grace):
    PersonFactory(team=team, login="Bob")
    PersonFactory(team=team, login="dependabot", bot=True)
    PersonFactory(team=team, ghost=True)
    PersonFactory(team=team, login="script", counts_as_bot=True)
    PersonFactory(team=team, login="ada2", same_as=ada)

    shown = look(client, team, "people").context["shown"]

    assert [person.login for person in shown.people] == ["ada", "Bob", "grace"]
    assert page(client, team, ada).status_code == 200
    assert page(client, team, grace).status_code == 200


def test_a_member_is_led_to_their_own_page_and_sees_no_other(client, team, ada, grace):
    sign_in(client, team, ada)

    led = look(client, team, "people")
    nobody = look(client, team, "member", 10**9)
    others = page(client, team, grace)

    assert led.headers["Location"] == url_of(team, "member", ada.pk)
    assert page(client, team, ada).status_code == 200
    assert others.status_code == nobody.status_code == 404
    assert others.content == nobody.content


def test_a_member_without_an_account_sees_nobody_and_is_told_why(client, team, ada):
    sign_in(client, team)

    words = words_of(look(client, team, "people"))

    assert "Nobody has said yet which account at GitHub is yours." in words
    assert "ada" not in words.split("<main")[1]
    assert page(client, team, ada).status_code == 404


def test_an_admin_opens_a_members_page_to_them_and_closes_it_again(client, team, ada):
    admin, member = team.people.get(), MembershipFactory(team=team, role="member")
    said = say(client, team, "belongs_to", ada.pk, membership=member.pk)
    assert f"{member.user.username} is ada at GitHub." in words_of(said)
    client.force_login(member.user)
    assert page(client, team, ada).status_code == 200
    assert (
        client.post(url_of(team, "belongs_to", ada.pk), {"membership": member.pk}).status_code
        == 403
    )

    client.force_login(admin)
    say(client, team, "belongs_to", ada.pk, membership=member.pk, is_theirs="off")

    client.force_login(member.user)
    assert page(client, team, ada).status_code == 404


def test_who_has_left_the_team_sees_nothing(client, team, ada):
    membership = sign_in(client, team, ada)
    membership.delete()

    assert page(client, team, ada).status_code == 404


def test_a_persons_other_team_opens_no_page_here(client, team, ada):
    elsewhere = MembershipFactory(team__phase1_completed_at=NOW)
    theirs = PersonFactory(team=elsewhere.team, login="ada", membership=elsewhere)
    client.force_login(elsewhere.user)

    assert page(client, team, ada).status_code == 404
    assert page(client, elsewhere.team, ada).status_code == 404
    assert page(client, elsewhere.team, theirs).status_code == 200


@pytest.mark.parametrize("columns", [{"bot": True}, {"ghost": True}, {"counts_as_bot": True}])
def test_bots_and_deleted_accounts_have_no_page(client, team, columns):
    assert page(client, team, PersonFactory(team=team, **columns)).status_code == 404


def test_a_second_account_leads_to_the_person(client, team, ada, grace):
    second = PersonFactory(team=team, login="ada2", same_as=ada)

    assert page(client, team, second).headers["Location"] == url_of(team, "member", ada.pk)
    sign_in(client, team, second)
    assert page(client, team, ada).status_code == 200
    sign_in(client, team, grace)
    assert page(client, team, second).status_code == 404


def test_a_foreign_team_looks_like_none(client, team, ada):
    foreign = TeamFactory(slug="foreign", phase1_completed_at=NOW)
    theirs = PersonFactory(team=foreign)

    for answer in (
        look(client, foreign, "people"),
        look(client, foreign, "member", theirs.pk),
        look(client, team, "member", theirs.pk),
    ):
        assert answer.status_code == 404
    client.logout()
    assert page(client, team, ada).headers["Location"].startswith(reverse("accounts:login"))


def test_the_pages_open_with_the_dashboard(client, team, ada):
    rows().filter(pk=team.pk).update(phase1_completed_at=None)

    for answer in (look(client, team, "people"), page(client, team, ada)):
        assert answer.headers["Location"] == reverse("onboarding:status", args=[team.slug])


# --- What it tells ---


def test_reviews_given_and_received_merges_and_times(client, team, repository, ada, grace):
    for days in range(2, 9):
        merged_by(ada, repository, days=days, reviewer=grace)
    merged_by(grace, repository, reviewer=ada)
    merged_by(PersonFactory(team=team, bot=True), repository, reviewer=ada)
    measured(team)

    answer = page(client, team, ada)
    shown = answer.context["member"]
    numbers = {one.key: one.figure for one in shown.authored}

    assert (shown.given.figure.value, shown.given_on) == (2, "on 2 pull requests of 2 accounts")
    assert (shown.received.figure.value, shown.received_from) == (7, "from 1 account")
    assert (numbers["merged"].value, numbers["cycle_time"].value) == (7, 10 * 3600)
    assert (numbers["pickup_time"].value, numbers["pickup_time"].n) == (2 * 3600, 7)
    assert all(one.basis for one in (*numbers.values(), shown.given.figure, shown.received.figure))
    assert "Activity counts alone say little" in words_of(answer)
    assert sum(given.value for _, given in shown.weeks) == 2
    assert sum(week.merged.value for week, _ in shown.weeks) == 7
    assert shown.weeks[0].week.is_current


def test_of_few_pull_requests_the_values_are_told(client, team, repository, ada):
    merged_by(ada, repository)
    measured(team)

    words = words_of(page(client, team, ada))

    assert "too few: 10 h" in words
    assert "only 1 known" in words


def test_accounts_that_are_one_person_are_counted_as_one(client, team, repository, ada, grace):
    second = PersonFactory(team=team, login="ada2", same_as=ada)
    merged_by(second, repository, reviewer=ada)  # one's own: no review
    merged_by(grace, repository, reviewer=second)
    measured(team)

    shown = page(client, team, ada).context["member"]

    assert shown.other_logins == ("ada2",)
    assert shown.authored[0].figure.value == 1
    assert (shown.given.figure.value, shown.received.figure.value) == (1, 0)


def test_the_days_are_chosen_as_everywhere(client, team, repository, ada):
    merged_by(ada, repository, days=20)
    measured(team)

    week, quarter = page(client, team, ada, days="7"), page(client, team, ada, days="90")

    assert week.context["member"].authored[0].figure.value == 0
    assert quarter.context["member"].authored[0].figure.value == 1
    assert "as far back as pull requests are known" in words_of(quarter)
    assert f"author={ada.pk}" in quarter.context["member"].table


def test_the_days_are_those_that_were_chosen(client, team, repository, ada):
    """The moment at which they end is the midnight after the last of them."""
    merged_by(ada, repository)
    measured(team)
    first, last = (f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in (20, 10))

    shown = look(client, team, "member", ada.pk, **{"from": first, "to": last})

    assert f" to {NOW - timedelta(days=10):%-d %b %Y} · 1 of 1 repository" in words_of(shown)


def test_it_costs_the_same_for_few_and_for_many(
    client, team, repository, ada, grace, django_assert_max_num_queries
):
    def cost():
        with django_assert_max_num_queries(15) as own:
            page(client, team, ada)
        with django_assert_max_num_queries(15) as everybody:
            look(client, team, "people")
        return len(own), len(everybody)

    for days in range(2, 7):
        merged_by(ada, repository, days=days, reviewer=grace)
    measured(team)
    few = cost()
    for place in range(100):
        merged_by(ada, repository, days=2 + place % 20, reviewer=PersonFactory(team=team))
        merged_by(PersonFactory(team=team), repository, days=2 + place % 20, reviewer=ada)
    measured(team)

    assert cost() == few
