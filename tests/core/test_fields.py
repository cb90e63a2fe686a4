"""Tokens are unreadable in the database, and a wrong key is an error, never a wrong token."""

import base64
import os

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from apps.core.fields import DecryptionError
from apps.github.models import Connection
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

TOKEN = "ghp_" + "a" * 36


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM github_connection")
        return cursor.fetchone()[0]


def test_the_database_holds_no_token():
    Connection.objects.create(team=TeamFactory(), token=TOKEN)

    assert "ghp_" not in stored()
    assert Connection.objects.get().token == TOKEN


def test_keys_can_be_rotated(settings):
    """S-047: the new key writes, the old one still reads, and nobody has to connect again."""
    old, new = new_key(), new_key()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    connected = Connection.objects.create(team=TeamFactory(), token=TOKEN)

    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    connected = Connection.objects.get(pk=connected.pk)
    connected.save()  # written with the new key
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert Connection.objects.get().token == TOKEN


def test_a_missing_key_is_an_error_and_never_the_ciphertext(settings):
    Connection.objects.create(team=TeamFactory(), token=TOKEN)

    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    stored_row = Connection.objects.get()
    with pytest.raises(DecryptionError, match="FIELD_ENCRYPTION_KEYS"):
        stored_row.token  # noqa: B018 -- reading it is what is tested


def test_a_flipped_bit_is_an_error():
    Connection.objects.create(team=TeamFactory(), token=TOKEN)
    broken = stored()[:-4] + "AAA="

    with connection.cursor() as cursor:
        cursor.execute("UPDATE github_connection SET token = %s", [broken])

    with pytest.raises(DecryptionError):
        Connection.objects.get().token  # noqa: B018


def test_a_ciphertext_is_worth_nothing_in_another_teams_row():
    """S-048: the team is bound into what is encrypted."""
    Connection.objects.create(team=TeamFactory(), token=TOKEN)
    foreign = Connection.objects.create(team=TeamFactory(), token="ghp_other")

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE github_connection SET token = %s WHERE id = %s", [stored(), foreign.pk]
        )

    with pytest.raises(DecryptionError, match="another row"):
        Connection.objects.get(pk=foreign.pk).token  # noqa: B018


def test_a_ciphertext_is_worth_nothing_in_another_column():
    kept = Connection.objects.create(team=TeamFactory(), token=TOKEN)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE github_connection SET refresh_token = token")

    with pytest.raises(DecryptionError):
        Connection.objects.get(pk=kept.pk).refresh_token  # noqa: B018


def test_a_row_with_a_lost_secret_can_be_saved_and_keeps_its_ciphertext(settings):
    """S-049: no crash, and nothing is lost that an old key could still read."""
    Connection.objects.create(team=TeamFactory(), token=TOKEN)
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    row = Connection.objects.get()
    row.account_login = "acme"
    row.save()

    settings.FIELD_ENCRYPTION_KEYS = old
    assert Connection.objects.get().token == TOKEN


def test_a_secret_cannot_be_written_past_its_row():
    kept = Connection.objects.create(team=TeamFactory(), token=TOKEN)

    with pytest.raises(TypeError, match="saving its row"):
        Connection.objects.filter(pk=kept.pk).update(token="ghp_plain")


def test_an_impossible_key_says_how_to_make_one(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["too short"]

    with pytest.raises(ImproperlyConfigured, match="urlsafe_b64encode"):
        Connection.objects.create(team=TeamFactory(), token=TOKEN)
