"""What a team has decided about the steps that it need not take."""

from django.db import models
from model_utils.models import TimeStampedModel

from apps.teams.models import Team


class StepChoice(TimeStampedModel):
    """An optional step that is behind the team; without a row it is still to come."""

    class Step(models.TextChoices):
        JIRA = "jira", "Jira"
        SLACK = "slack", "Slack"

    class Choice(models.TextChoices):
        SKIPPED = "skipped", "Skipped"
        DONE = "done", "Connected"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="step_choices")
    step = models.CharField(max_length=10, choices=Step.choices)
    choice = models.CharField(max_length=10, choices=Choice.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "step"], name="one_choice_per_step"),
        )

    def __str__(self) -> str:
        return f"{self.get_step_display()} of {self.team_id}: {self.get_choice_display()}"
