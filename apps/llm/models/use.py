"""What asking the model has used up."""

from django.db import models

from apps.teams.models import Team


class LlmUse(models.Model):
    """
    Calls, tokens and money of one team on one day (UTC), in one run, by model and by purpose.

    Counts every call that Groq charges for, also those whose answer was of no use. Prices are those
    of the settings at the moment of the call: a new price changes no past day.
    """

    class Way(models.TextChoices):
        LIVE = "live", "At once"
        BATCH = "batch", "In a batch, at half the price"

    class Purpose(models.TextChoices):
        READING = "reading", "Reading pull requests"
        SUMMARY = "summary", "Writing the summary"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="llm_use")
    day = models.DateField()
    run = models.PositiveIntegerField()  # Team.pipeline_run
    model = models.CharField(max_length=60)
    way = models.CharField(max_length=5, choices=Way.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    requests = models.PositiveIntegerField(default=0)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    cached_tokens = models.PositiveBigIntegerField(default=0)  # of prompt_tokens
    completion_tokens = models.PositiveBigIntegerField(default=0)
    nano_usd = models.PositiveBigIntegerField(
        default=0
    )  # US dollars × 10⁻⁹, so that sums are exact

    class Meta:
        verbose_name = "use of the model"
        verbose_name_plural = "use of the model"
        constraints = (
            models.UniqueConstraint(
                fields=["team", "day", "run", "model", "way", "purpose"], name="one_row_of_use"
            ),
        )
        indexes = (models.Index(fields=["day"]),)

    def __str__(self) -> str:
        return f"{self.team_id} on {self.day}: {self.nano_usd / 1e9:.4f} USD"
