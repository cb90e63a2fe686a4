"""A person's own account: the name, the address, the teams, and the way out."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.changing import NOT_YOURS, TAKEN
from apps.accounts.models import User
from apps.accounts.pace import LIMITS
from apps.accounts.persons import RESERVED
from apps.operations.founding import TERMINAL
from apps.teams.journal import ADMIN, BY, UPDATES
from tests.accounts.ways_in import ACCOUNT, mailed_link, sign_in_by_link, signed_in
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira(client):
    user = UserFactory(username="mira", email="mira@example.org")
    client.force_login(user)
    return user


def send(client, name, /, **form):
    return client.post(reverse(f"accounts:{name}"), form, follow=True).text


def now(user):
    return User.objects.get(pk=user.pk)


# --- The name -------------------------------------------------------------------------------------


def test_a_person_chooses_what_their_teams_call_them(client, mira):
    page = send(client, "rename", name="Mira.O")

    assert "You are called Mira.O now." in page
    assert now(mira).username == "Mira.O"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "required"),
        ("m", "at least 2"),
        ("m" * 41, "at most 40"),
        ("mira okafor", "letters, digits"),
        ("<b>mira</b>", "letters, digits"),
        ("NOOR", "called that already"),
        ("demo", "called that already"),
        ("Nightly", "called that already"),
    ],
)
def test_names_that_cannot_be_had_are_refused_with_a_reason(client, mira, name, sentence):
    UserFactory(username="noor")

    page = send(client, "rename", name=name)

    assert sentence in page
    assert now(mira).username == "mira"


def test_the_own_name_in_other_capitals_is_free(client, mira):
    send(client, "rename", name="MIRA")

    assert now(mira).username == "MIRA"


def test_no_name_is_free_under_which_mergelight_itself_acts():
    """Else a person would found the terminal's teams, or look like the timetable in a journal."""
    acting = {TERMINAL, ADMIN, *filter(None, BY), *UPDATES, "status page"}

    assert acting <= RESERVED


# --- The address ----------------------------------------------------------------------------------


def test_an_address_changes_once_its_link_was_opened_and_the_old_one_is_told(client, mira):
    page = send(client, "change_address", email="Mira@New.example")
    assert "Open the link that was sent to mira@new.example" in page
    assert mail.outbox[-1].to == ["mira@new.example"]
    link = mailed_link()
    assert "Is this your address?" in client.get(link).text
    assert now(mira).email == "mira@example.org"

    client.post(link)

    assert now(mira).email == "mira@new.example"
    assert mail.outbox[-1].to == ["mira@example.org"]
    assert "was changed to mira@new.example" in mail.outbox[-1].body
    again = Client()
    sign_in_by_link(again, "mira@new.example")
    assert signed_in(again) == mira.pk


def test_nobody_is_talked_into_giving_their_address_to_others(client, mira):
    """Its owner presses the button of a mail that they did not ask for."""
    send(client, "change_address", email="noor@example.org")
    link = mailed_link()
    noor = Client()
    assert "This browser is not signed in as mira" in noor.get(link).text

    noor.post(link)
    assert now(mira).email == "mira@example.org"

    sign_in_by_link(noor, "noor@example.org")
    send(client, "change_address", email="noor@example.org")
    assert NOT_YOURS in noor.post(mailed_link(), follow=True).text.replace("&#x27;", "'")
    assert now(mira).email == "mira@example.org"


def test_an_address_that_another_account_has_is_told_only_to_who_reads_its_mails(client, mira):
    UserFactory(email="Noor@example.org")

    page = send(client, "change_address", email="noor@example.org")
    assert "Open the link that was sent to noor@example.org" in page
    page = client.post(mailed_link(), follow=True).text

    assert TAKEN in page
    assert now(mira).email == "mira@example.org"


@pytest.mark.parametrize("email", ["", "mira", "MIRA@example.org"])
def test_what_is_no_new_address_is_said(client, mira, email):
    page = send(client, "change_address", email=email)

    assert 'role="alert"' in page
    assert not mail.outbox


def test_a_link_for_an_address_is_no_way_in(client, mira):
    send(client, "change_address", email="new@example.org")
    stranger = Client()

    stranger.post(mailed_link())

    assert signed_in(stranger) is None


# --- What the page shows --------------------------------------------------------------------------


def test_the_page_shows_ways_in_and_teams_of_this_person_only(client, mira):
    mine = MembershipFactory(user=mira, team__name="Lantern").team
    MembershipFactory(team__name="Somebody else's")

    page = client.get(ACCOUNT).text

    assert "By a link to mira@example.org" in page
    assert "With a password" in page
    assert f'href="{reverse("onboarding:status", args=[mine.slug])}"' in page
    assert "Somebody else" not in page
    assert "Connect GitHub" not in page  # this site is not known to GitHub


def test_who_is_in_one_team_finds_the_way_to_another(client, mira):
    """With one team the header has no list of teams that would lead there."""
    MembershipFactory(user=mira)

    page = client.get(ACCOUNT).text

    assert f'href="{reverse("onboarding:create_team")}">Begin another team</a>' in page


def test_who_has_no_password_is_not_offered_to_change_it(client):
    sign_in_by_link(client)

    assert "With a password" not in client.get(ACCOUNT).text
    assert client.get(reverse("accounts:change_password")).status_code == 404


def test_the_header_leads_to_the_account(client, mira):
    assert f'href="{ACCOUNT}"' in client.get(reverse("onboarding:create_team")).text


def test_what_a_form_says_of_the_person_is_all_that_is_taken_from_it(client, mira):
    """S-022"""
    claims = {"is_staff": "1", "is_superuser": "1", "is_active": "0", "email": "x@evil.example"}

    send(client, "rename", name="mira2", **claims)

    user = now(mira)
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert user.email == "mira@example.org"


# --- The end --------------------------------------------------------------------------------------


def test_who_is_in_no_team_deletes_the_account_at_once(client, mira):
    page = send(client, "delete", meant="on")

    assert "Your account is deleted." in page
    assert not User.objects.exists()
    assert signed_in(client) is None


def test_nothing_is_deleted_by_mistake(client, mira):
    assert "Nothing was deleted" in send(client, "delete")
    MembershipFactory(user=mira)
    assert "Leave your teams first" in send(client, "delete", meant="on")

    assert now(mira)


def test_who_asks_for_somebody_s_address_does_not_keep_them_from_signing_in(client, mira):
    """Links of two kinds are counted apart: only the other kind lets the owner in."""
    most, _ = LIMITS["address_mail"]
    for _ in range(most):
        send(client, "change_address", email="noor@example.org")

    assert "too often" in send(client, "change_address", email="noor@example.org")
    visitor = Client()
    sign_in_by_link(visitor, "noor@example.org")
    assert signed_in(visitor)
