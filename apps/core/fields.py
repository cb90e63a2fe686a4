"""EncryptedTextField: secrets at rest."""

from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute


class DecryptionError(Exception):
    """
    A stored secret cannot be read: the key is not in FIELD_ENCRYPTION_KEYS, the value was altered,
    or it was written for another row.
    """


@dataclass(frozen=True)
class Ciphertext:
    """What the database holds."""

    text: str


class _Secret(DeferredAttribute):
    """
    The attribute of a row: decrypted when it is asked for, and only then.

    So a row whose secret is lost can be read, shown and connected anew.
    """

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            value = self.field.opened(instance, value)
            self.__set__(instance, value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField[str, str]):
    """
    Text that is encrypted in the database and plain in Python.

    The first of `FIELD_ENCRYPTION_KEYS` encrypts; all of them decrypt, so that keys can be rotated.
    Cannot be searched: the same text gives another ciphertext each time. A ciphertext names its
    column and the value of `bound_to` in its row, so that it is worth nothing in another row.

    The attribute raises DecryptionError, where no key fits; it never gives the ciphertext.

    :param bound_to: an attribute of the row that never changes.
    """

    description = "Encrypted text"
    descriptor_class = _Secret

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound_to = bound_to  # no part of a migration: the column is the same

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        try:
            value = getattr(model_instance, self.attname)
        except DecryptionError:
            return model_instance.__dict__[self.attname]  # its key may come back
        return self.sealed(model_instance, value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Ciphertext):
            return value.text
        if value not in (None, ""):
            raise TypeError(f"{self.name} can only be written by saving its row")
        return super().get_prep_value(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return Ciphertext(value) if value else value

    def sealed(self, row: models.Model, value: str) -> Ciphertext:
        return Ciphertext(seal(f"{self._place(row)}\n{value}"))

    def opened(self, row: models.Model, value: Ciphertext) -> str:
        place, _, text = unseal(value.text).partition("\n")
        if place != self._place(row):
            raise DecryptionError(f"{self.name} was written for another row")
        return text

    def _place(self, row: models.Model) -> str:
        owner = getattr(row, self.bound_to) if self.bound_to else ""
        return f"{row._meta.label_lower}.{self.name}:{owner}"


def seal(text: str) -> str:
    """Text as only this site can read it, for places that are stored in plain."""
    return cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """:raises DecryptionError: if no key fits."""
    try:
        return cipher().decrypt(sealed.encode()).decode()
    except InvalidToken as exc:
        raise DecryptionError("no key of FIELD_ENCRYPTION_KEYS fits") from exc


def cipher() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
    except ValueError as exc:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS needs one or more keys of 32 bytes in URL-safe base64; make one "
            "with: python3 -c 'import base64, os; "
            "print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        ) from exc
