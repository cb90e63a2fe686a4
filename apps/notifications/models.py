"""Every message to people, written as a row before it is sent."""

from django.conf import settings
from django.db import models
from model_utils.models import TimeStampedModel

from apps.teams.models import Team


class Notification(TimeStampedModel):
    """One message to one person; UNIQUE(team, kind, run, user) makes "once" a fact."""

    class State(models.TextChoices):
        PENDING = "pending", "To be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused for good"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="notifications")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=20)  # of apps.notifications.messages.KINDS
    run = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "kind", "run", "user"], name="one_message_per_kind_and_run"
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.kind} {self.run}: {self.state}"
