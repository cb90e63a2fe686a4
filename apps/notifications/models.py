"""Every message to people, written as a row before it is sent; and who wants which."""

from django.conf import settings
from django.db import models
from model_utils.models import TimeStampedModel

from apps.teams.models import Team


class Notification(TimeStampedModel):
    """
    One message to one person, or to the team's Slack channel where there is no person.

    The two constraints make "once" a fact.
    """

    class State(models.TextChoices):
        PENDING = "pending", "To be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused for good"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="notifications")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        null=True,
        help_text="Empty: to the team's channel in Slack.",
    )
    kind = models.CharField(max_length=20)  # of apps.notifications.messages.KINDS
    run = models.PositiveIntegerField()  # of the pipeline; of the weekly one a date: 20261123
    # Of the move that it tells of, where a run may have several: of a failure.
    ticket = models.PositiveBigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "kind", "run", "ticket", "user"], name="one_message_per_occasion"
            ),
            models.UniqueConstraint(
                fields=["team", "kind", "run", "ticket"],
                condition=models.Q(user=None),
                name="one_post_per_occasion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.kind} {self.run}: {self.state}"

    @property
    def is_post(self) -> bool:
        """Whether it goes to Slack."""
        return self.user_id is None


class Preference(models.Model):
    """
    What somebody has said about one kind of message of one team; without a row the kind's own
    default holds. Without a person it is said of the team's channel in Slack.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="preferences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences", null=True
    )
    kind = models.CharField(max_length=20)
    wanted = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "user", "kind"], name="one_preference_per_person"
            ),
            models.UniqueConstraint(
                fields=["team", "kind"],
                condition=models.Q(user=None),
                name="one_preference_per_channel",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id} {self.kind}: {self.wanted}"


class WeeklyRound(models.Model):
    """That a team's weekly message of one Monday was decided about: written, or left out, once."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="weekly_rounds")
    monday = models.DateField()  # on which it is due
    is_told = models.BooleanField()  # False: there was nothing new to tell
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "monday"], name="one_weekly_round"),)

    def __str__(self) -> str:
        return f"{self.team_id} {self.monday}: {self.is_told}"
