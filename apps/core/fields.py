"""EncryptedTextField: secrets at rest."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class DecryptionError(Exception):
    """The stored value was written with a key that FIELD_ENCRYPTION_KEYS no longer has."""


class EncryptedTextField(models.TextField[str, str]):
    """
    Text that is encrypted in the database and plain in Python.

    The first of `FIELD_ENCRYPTION_KEYS` encrypts; all of them decrypt, so that keys can be rotated.
    Cannot be searched: the same text gives another ciphertext each time.

    :raises DecryptionError: on reading, if no key fits. Never returns the ciphertext.
    """

    description = "Encrypted text"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value in (None, ""):
            return value
        return cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if value in (None, ""):
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as exc:
            raise DecryptionError(
                f"{self.name} cannot be read: its key is not in FIELD_ENCRYPTION_KEYS"
            ) from exc


def cipher() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
    except ValueError as exc:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS needs one or more keys of 32 bytes in URL-safe base64; make one "
            "with: python3 -c 'import base64, os; "
            "print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        ) from exc
