"""How a team reaches GitHub, and what GitHub tells without being asked."""

from datetime import datetime

from django.db import models
from model_utils.models import TimeStampedModel

from apps.core.fields import EncryptedTextField
from apps.teams.models import Team

HINT_LENGTH = 4  # of a token's last characters, shown to people


class Connection(TimeStampedModel):
    """How a team reaches GitHub, and the account whose repositories it reads."""

    class Kind(models.TextChoices):
        TOKEN = "token", "Personal access token"
        OAUTH = "oauth", "GitHub sign-in"
        APP = "app", "GitHub App"

    class AccountType(models.TextChoices):
        ORGANIZATION = "organization", "Organization"
        USER = "user", "Personal account"

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="github")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.TOKEN, db_default="token"
    )
    # Empty for an App: its tokens are minted when they are needed and stored nowhere.
    token = EncryptedTextField(bound_to="team_id", blank=True, default="")
    token_hint = models.CharField(max_length=HINT_LENGTH, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_token = EncryptedTextField(bound_to="team_id", blank=True, default="", db_default="")
    # When somebody began to refresh the token, which GitHub lets happen once; null: nobody does.
    refreshing_since = models.DateTimeField(null=True, blank=True, editable=False)
    scopes = models.CharField(
        max_length=255, blank=True, default="", db_default=""
    )  # granted, as GitHub names them
    installation_id = models.BigIntegerField(null=True, blank=True, unique=True)  # of the App
    viewer_login = models.CharField(max_length=100, blank=True)  # whose token it is
    viewer_id = models.BigIntegerField(null=True, blank=True)
    account_login = models.CharField(max_length=100, blank=True)  # whose repositories are read
    account_id = models.BigIntegerField(null=True, blank=True)
    account_type = models.CharField(max_length=20, choices=AccountType.choices, blank=True)
    # A sentence for the team, where GitHub told us that this way is closed; empty while it is open.
    closed_because = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.team_id}: {self.account_login}"

    @property
    def is_open(self) -> bool:
        """Whether GitHub can be asked, as far as is known here."""
        return not self.closed_because

    @property
    def may_be_tried(self) -> bool:
        """Whether anything is left to show GitHub: what it has refused, it may take again."""
        if self.kind == self.Kind.APP:
            return self.installation_id is not None
        return bool(self.token_hint)

    def hold(
        self, token: str = "", refresh_token: str = "", ends_at: datetime | None = None
    ) -> None:
        """Have these tokens and no others, unsaved; of a refresh under way nothing is stored."""
        self.token, self.token_hint = token, token[-HINT_LENGTH:]
        self.refresh_token, self.token_expires_at = refresh_token, ends_at
        self.refreshing_since = None


class Delivery(models.Model):
    """
    A webhook delivery that GitHub signed: what it says has happened, until that is taken in.

    Of its body only ids and numbers are kept; what changed is asked of GitHub with the team's
    own token. A delivery that GitHub sends again has the same id and is one row.
    """

    delivery_id = models.CharField(max_length=64, unique=True)
    event = models.CharField(max_length=64)
    action = models.CharField(max_length=64, blank=True)
    installation_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)  # who took an authorization back
    repository_id = models.BigIntegerField(null=True)
    # Of repositories that an installation was given, or that were taken from it.
    repository_ids = models.JSONField(default=list)
    number = models.PositiveIntegerField(null=True)  # of a pull request
    node_id = models.CharField(max_length=100, blank=True)  # of a pull request
    # By GitHub, of the pull request or its review, or of the installation: what came later.
    updated_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    taken_in_at = models.DateTimeField(null=True)  # or set aside: see `failures`
    # How often it could not be taken in; one of `deliveries.MOST_FAILURES` is not tried again.
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["received_at"],
                condition=models.Q(taken_in_at=None),
                name="deliveries_to_take_in",
            ),
            models.Index(
                fields=["installation_id", "-updated_at"],
                condition=models.Q(event="installation"),
                name="last_words_on_installations",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event}.{self.action} {self.delivery_id}"
