"""What staff see of who signs in: no secret, and nothing with which to come in as another."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import NoReverseMatch, reverse

from apps.accounts.at_github import GITHUB
from apps.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def identity():
    said = {"login": "mira-okafor"}
    return SocialAccount.objects.create(
        user=UserFactory(username="mira"), provider=GITHUB, uid="41870233", extra_data=said
    )


def test_staff_take_an_identity_away_and_give_none(admin_client, identity):
    page = reverse("admin:socialaccount_socialaccount_change", args=[identity.pk])
    assert "mira" in admin_client.get(reverse("admin:socialaccount_socialaccount_changelist")).text
    assert admin_client.post(page, {"user": "1"}).status_code == 403
    add = reverse("admin:socialaccount_socialaccount_add")
    assert admin_client.get(add).status_code == 403

    delete = reverse("admin:socialaccount_socialaccount_delete", args=[identity.pk])
    admin_client.post(delete, {"post": "yes"})

    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "model", ["account_emailaddress", "socialaccount_socialapp", "socialaccount_socialtoken"]
)
def test_what_is_not_used_here_has_no_page(model):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{model}_changelist")


def test_an_address_that_another_account_has_is_refused_with_a_sentence(admin_client):
    UserFactory(email="Mira@example.org")
    noor = UserFactory(email="noor@example.org")
    page = reverse("admin:accounts_user_change", args=[noor.pk])
    when = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

    answer = admin_client.post(
        page, {"username": noor.username, "email": "mira@EXAMPLE.org", **when}
    )

    assert answer.status_code == 200
    assert "Another account has this address." in answer.text
    assert User.objects.get(pk=noor.pk).email == "noor@example.org"
