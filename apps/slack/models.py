"""How a team reaches Slack, and the channel in which it reads."""

from django.db import models
from model_utils.models import TimeStampedModel

from apps.core.fields import EncryptedTextField
from apps.teams.models import Team


class SlackConnection(TimeStampedModel):
    """A workspace that has let Mergelight in, and the channel that was chosen there."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="slack")
    token = EncryptedTextField(bound_to="team_id")  # of the bot; it does not expire
    scopes = models.CharField(max_length=255, blank=True, default="")  # granted, in Slack's words
    workspace_id = models.CharField(max_length=32)
    workspace_name = models.CharField(max_length=120)
    bot_user_id = models.CharField(max_length=32, blank=True, default="")
    channel_id = models.CharField(max_length=32, blank=True, default="")  # empty: none chosen yet
    channel_name = models.CharField(max_length=120, blank=True, default="")
    # A sentence for the team, where Slack told us that nothing gets through; empty while it does.
    attention = models.TextField(blank=True, default="")
    last_posted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.team_id}: #{self.channel_name} in {self.workspace_name}"

    @property
    def is_ready(self) -> bool:
        """Whether there is a channel to post to."""
        return bool(self.channel_id)
