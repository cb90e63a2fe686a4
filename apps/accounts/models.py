"""Who signs in, by which links, and what was done too often."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac


class User(AbstractUser):
    """
    A person who signs in.

    The address is one that the person has shown to be theirs, or that staff has written down.
    """

    #: For the header of pages; known once `teams.access` has looked for a team of theirs.
    has_several_teams = False

    sign_outs = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often all sessions were ended at once."
    )

    class Meta(AbstractUser.Meta):
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="one_account_per_address",
                violation_error_message="Another account has this address.",
            ),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever is shut out has no session left, also should they be let in again."""
        if not self.is_active:
            self.sign_outs += 1
            if (names := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*names, "sign_outs"}
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session is held against: a new password or a sign-out everywhere ends it."""
        told = f"{self.sign_outs}\0{self.password}"
        salt = "mergelight.accounts.session"
        return salted_hmac(salt, told, secret=secret, algorithm="sha256").hexdigest()


class SignInLink(models.Model):
    """A link that was mailed; whoever has it reads the mails of that address. See `links`."""

    digest = models.CharField(max_length=64, unique=True)  # of its secret, which is not kept
    email = models.EmailField()
    next_path = models.CharField(max_length=500, blank=True, default="")  # one of ours
    #: Whose address it becomes; null: it signs in.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["email"]), models.Index(fields=["expires_at"]))

    def __str__(self) -> str:
        return f"{self.email} until {self.expires_at:%H:%M:%S}"


class CountedAct(models.Model):
    """Something that was done and may not be done too often; see `pace`."""

    key = models.CharField(max_length=64)  # hash of the action and of whose it is
    ends_at = models.DateTimeField()  # from then on it does not count

    class Meta:
        indexes = (models.Index(fields=["key"]), models.Index(fields=["ends_at"]))

    def __str__(self) -> str:
        return f"{self.key[:8]} until {self.ends_at:%H:%M:%S}"
