"""What the numbers say in sentences, and the pull requests behind each sentence."""

from django.db import models

from apps.github.models import PullRequest
from apps.teams.models import Team


class Insight(models.Model):
    """One finding of one rule over one period; stored by (team, rule, period)."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="insights")
    rule = models.CharField(max_length=10)  # I-01 … of apps.insights.rules
    period_start = models.DateField()
    period_end = models.DateField()  # exclusive
    title = models.CharField(max_length=200)
    sentence = models.TextField()  # filled from `numbers` by a template
    numbers = models.JSONField(default=dict)  # value, threshold, n, …: all that the sentence says
    n = models.PositiveIntegerField(default=0)  # on how many pull requests it rests
    pull_requests = models.ManyToManyField(PullRequest, blank=True, related_name="insights")
    computed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "rule", "period_start", "period_end"], name="one_insight_per_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.rule}"


class Summary(models.Model):
    """The paragraph over a team's insights; rewritten with them."""

    class Source(models.TextChoices):
        MODEL = "model", "Written by the language model from the numbers"
        TEMPLATE = "template", "Filled from the numbers"

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="summary")
    text = models.TextField()
    source = models.CharField(max_length=10, choices=Source.choices)
    basis = models.CharField(max_length=64, blank=True, default="")  # hash of what it was made from
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.team_id}: {self.source}"
