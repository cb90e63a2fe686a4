"""What the numbers say in sentences, the pull requests behind each, and a team's thresholds."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from apps.github.models import PullRequest
from apps.teams.models import Team


class InsightQuerySet(models.QuerySet["Insight"]):
    def open(self) -> "InsightQuerySet":
        """What holds now: all that pages, mails and the paragraph speak of."""
        return self.filter(ended_at=None)

    def ended_since(self, moment: datetime) -> "InsightQuerySet":
        """What held once and has ended since then, the latest end first."""
        return self.filter(ended_at__gte=moment).order_by("-ended_at", "rule")


class Insight(models.Model):
    """
    One finding of one rule over one period; stored by (team, rule, period).

    As long as the rule fires it stays the same row, whose period moves on with the calendar. A rule
    that no longer fires ends its row, which then keeps its last words and pull requests.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="insights")
    rule = models.CharField(max_length=10)  # I-01 … of apps.insights.rules
    period_start = models.DateField()
    period_end = models.DateField()  # exclusive
    title = models.CharField(max_length=200)
    sentence = models.TextField()  # filled from `numbers` by a template
    numbers = models.JSONField(default=dict)  # value, threshold, n, …: all that the sentence says
    n = models.PositiveIntegerField(default=0)  # on how many pull requests it rests
    pull_requests = models.ManyToManyField(PullRequest, blank=True, related_name="insights")
    first_seen_at = models.DateTimeField(default=timezone.now, db_default=Now())  # no break since
    ended_at = models.DateTimeField(null=True, blank=True)  # when it was found not to fire any more
    computed_at = models.DateTimeField()

    objects = InsightQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "rule", "period_start", "period_end"], name="one_insight_per_period"
            ),
            models.UniqueConstraint(
                fields=["team", "rule"],
                condition=models.Q(ended_at=None),
                name="one_open_insight_per_rule",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.rule}"


class RuleSetting(models.Model):
    """
    A threshold that a team has chosen itself; without a row the default holds.

    Rows with a key that no rule knows (any more) are kept and reported, see `checks`.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="rule_settings")
    rule = models.CharField(max_length=10)
    key = models.CharField(max_length=30)  # of apps.insights.thresholds; "on": 0 switches it off
    value = models.FloatField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "rule", "key"], name="one_value_per_threshold"),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.rule} {self.key}: {self.value:g}"


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
