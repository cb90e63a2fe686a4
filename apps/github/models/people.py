"""Who appears in what was read."""

from django.db import models
from model_utils.models import TimeStampedModel

from apps.teams.models import Membership, Team


class Person(TimeStampedModel):
    """
    A GitHub account seen by one team: member, author, reviewer, bot or ghost.

    Keyed within the team by what GitHub never gives to another: kind and number, as in
    "user:583231", or "user:@login" where it tells no number. A renamed account keeps its row;
    somebody else under its old login is another, and so is the app "claude" beside a person of that
    name. A deleted account is `null` at GitHub; all of a team's deleted accounts are one person
    with the identity and login "ghost".
    """

    class Kind(models.TextChoices):
        USER = "user", "Person"
        BOT = "bot", "Bot"
        GHOST = "ghost", "Deleted account"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="github_people")
    identity = models.CharField(max_length=120)  # `facts.Account.identity`
    login = models.CharField(max_length=100)  # as it was last seen
    github_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.USER)
    is_member = models.BooleanField(default=False)  # of the organisation, at the last sync
    # What the team itself says of an account; no sync ever changes it.
    counts_as_bot = models.BooleanField(
        default=False, db_default=False, help_text="A script that uses an ordinary account."
    )
    same_as = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="other_accounts",
        help_text="The account under which this person is counted; empty: this one.",
    )
    # Who of the team's people this is, by an admin's word: their own page opens with it.
    membership = models.OneToOneField(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="github_account"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "identity"], name="one_person_per_identity"),
        )

    def __str__(self) -> str:
        return self.login

    @property
    def handle(self) -> str:
        """The login as the web and lists of known bots have it: GraphQL leaves out the "[bot]"."""
        if self.kind == self.Kind.BOT and not self.login.endswith("[bot]"):
            return f"{self.login}[bot]"
        return self.login
