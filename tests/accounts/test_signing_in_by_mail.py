"""A link by mail: good once and for a quarter of an hour, and pressed, not only opened."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse

from apps.accounts import links
from apps.accounts.models import SignInLink, User
from tests.accounts.ways_in import LOGIN, ask_for_link, sign_in_by_link, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

OVER = "This link is not good any more"


# --- New and known addresses ----------------------------------------------------------------------


def test_a_new_address_becomes_an_account_once_its_link_is_confirmed(client):
    link = ask_for_link(client, "Mira.Stone@Example.org")
    assert not User.objects.exists()

    answer = client.post(link)

    assert answer.headers["Location"] == reverse("onboarding:home")
    user = User.objects.get()
    assert (user.username, user.email) == ("mira.stone", "mira.stone@example.org")
    assert not user.has_usable_password()
    assert signed_in(client) == user.pk


def test_a_known_address_is_the_same_account_however_it_is_written(client):
    user = UserFactory(email="Mira@Example.org")

    sign_in_by_link(client, " MIRA@example.ORG ")

    assert signed_in(client) == user.pk
    assert User.objects.count() == 1


def test_a_name_that_somebody_has_gets_an_ending(client):
    UserFactory(username="Mira")

    sign_in_by_link(client, "mira@elsewhere.example")

    assert User.objects.get(email="mira@elsewhere.example").username.startswith("mira-")


@pytest.mark.parametrize("name", ["demo", "terminal", "nightly", "Admin"])
def test_nobody_comes_by_a_name_under_which_mergelight_itself_acts(client, name):
    sign_in_by_link(client, f"{name}@example.org")

    assert User.objects.get().username.startswith(f"{name.lower()}-")


@pytest.mark.parametrize(
    "address",
    [
        f"mira@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example",  # no column holds it
        f"mira@{'ü' * 60}.example",  # no name of the Internet: beyond 63 once it is encoded
    ],
)
def test_an_address_that_no_mail_reaches_is_refused_with_a_sentence(client, address):
    answer = client.post(LOGIN, {"email": address})

    assert answer.status_code == 200
    assert "That is no e-mail address." in answer.text
    assert not SignInLink.objects.exists()


def test_letters_that_only_look_alike_open_nobody_s_account(client):
    """The Kelvin sign is lowered to a k: the mail then goes to the k, and not to who typed it."""
    UserFactory(email="kim@example.org")

    client.post(LOGIN, {"email": "\N{KELVIN SIGN}im@example.org"})

    assert [message.to for message in mail.outbox] in ([], [["kim@example.org"]])


def test_the_answer_tells_nobody_whether_an_address_has_an_account(client):
    """S-096"""
    UserFactory(email="known@example.org")
    pages = []
    for email in ("known@example.org", "other@example.org"):
        page = Client().post(LOGIN, {"email": email}, follow=True).text
        pages.append(page.replace(email, "…"))

    assert pages[0] == pages[1]
    assert "Look into your mailbox" in pages[0]
    assert mail.outbox[0].subject == mail.outbox[1].subject


def test_where_mails_are_files_the_page_says_where(client, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)

    page = client.post(LOGIN, {"email": "mira@example.org"}, follow=True).text

    assert f"files in <code>{tmp_path}</code>" in page
    assert "/account/login/link/" in next(tmp_path.iterdir()).read_text()


# --- The link itself ------------------------------------------------------------------------------


def test_opening_a_link_signs_nobody_in_and_uses_nothing_up(client):
    """Mail scanners open every link."""
    link = ask_for_link(client)
    scanner = Client()

    pages = [scanner.get(link), scanner.head(link), scanner.get(link)]

    assert [page.status_code for page in pages] == [200] * 3
    assert "You sign in as" in pages[0].text
    assert signed_in(scanner) is None
    assert not User.objects.exists()
    client.post(link)
    assert signed_in(client)


def test_it_may_be_opened_on_another_device_and_leads_where_one_was_going(client):
    link = ask_for_link(client, next="/teams/blue/")
    phone = Client()

    assert phone.post(link).headers["Location"] == "/teams/blue/"
    assert signed_in(phone)
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "evil",
    ["//evil.com", "https://evil.com", "/\\evil.com", "javascript:alert(1)", "/" + "a" * 500],
)
def test_a_link_leads_to_no_other_site(client, evil):
    """S-035"""
    answer = sign_in_by_link(client, next=evil)

    assert answer.headers["Location"] == reverse("onboarding:home")


def test_a_link_is_good_once(client):
    link = ask_for_link(client)
    client.post(link)

    again = Client()
    answers = [again.get(link), again.post(link)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert all(OVER in answer.text for answer in answers)
    assert signed_in(again) is None


def test_used_old_and_made_up_links_answer_the_same(client):
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        old = ask_for_link(client)
        clock.shift(links.LASTS.total_seconds() + 1)
        used = ask_for_link(client)
        client.post(used)
        pages = [Client().get(link).text for link in (old, used, used[:-4] + "abc/")]

    assert OVER in pages[0]
    assert len(set(pages)) == 1


def test_a_link_uses_up_those_that_were_sent_before_it(client):
    first, second = ask_for_link(client), ask_for_link(client)

    client.post(second)

    assert OVER in Client().post(first).text


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_one_gets_in(client):
    link = ask_for_link(client)

    def use(_):
        try:
            return Client().post(link).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(use, range(8)))

    assert answers == [302] + [400] * 7
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_links_at_once_for_a_new_address_make_one_account():
    """Each is used by another; neither fails because the other has made the account."""
    secrets = [links.issue("mira@example.org", next_path=f"/{n}/") for n in range(2)]

    def use(secret):
        try:
            return Client().post(reverse("accounts:link", args=[secret])).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(use, secrets))

    assert set(answers) <= {302, 400}
    assert 302 in answers
    assert User.objects.count() == 1


def test_the_secret_is_in_the_mail_and_nowhere_else(client, caplog):
    """S-043, S-045: neither in a row nor in a log."""
    secret = ask_for_link(client).split("/")[-2]
    client.post(reverse("accounts:link", args=[secret]))

    assert len(secret) >= 43  # 256 bits in base64
    assert secret not in str(list(SignInLink.objects.values()))
    assert secret not in caplog.text
    assert SignInLink.objects.get().digest not in caplog.text


def test_links_that_nobody_can_use_any_more_are_swept_away(client):
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        ask_for_link(client)
        clock.shift(links.LASTS.total_seconds() + 1)
        ask_for_link(client, "noor@example.org")

    assert SignInLink.objects.get().email == "noor@example.org"


def test_a_closed_account_is_not_let_in_and_says_so_only_to_who_has_the_mail(client):
    user = UserFactory(email="mira@example.org", is_active=False)

    answer = client.post(ask_for_link(client), follow=True)

    assert "This account was closed" in answer.text
    assert signed_in(client) is None
    assert User.objects.get() == user
