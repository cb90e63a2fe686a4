"""Who logs in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who signs in; custom from day one, so that it can grow later."""
