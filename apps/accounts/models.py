"""Who logs in, and who has tried in vain."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in; custom from day one, so that it can grow later."""


class FailedSignIn(models.Model):
    """One wrong password of the last minutes; see `throttle`."""

    key = models.CharField(max_length=64)  # hash of the name and the address
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["key", "at"]), models.Index(fields=["at"]))

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at:%H:%M:%S}"


class CountedAct(models.Model):
    """Something that was done and may not be done too often; see `pace`."""

    key = models.CharField(max_length=64)  # hash of the action and of whose it is
    ends_at = models.DateTimeField()  # from then on it does not count

    class Meta:
        indexes = (models.Index(fields=["key"]), models.Index(fields=["ends_at"]))

    def __str__(self) -> str:
        return f"{self.key[:8]} until {self.ends_at:%H:%M:%S}"
