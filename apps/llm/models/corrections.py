"""What a person says of a pull request, which counts before all rules and models."""

from django.conf import settings
from django.db import models

from apps.github.models import PullRequest
from apps.teams.models import Team


class Correction(models.Model):
    """A person's verdict. The last one that is not withdrawn stands; all are kept."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="corrections")
    pull_request = models.ForeignKey(
        PullRequest, on_delete=models.CASCADE, related_name="corrections"
    )
    is_ai_assisted = models.BooleanField()
    tools = models.JSONField(default=list)  # ids of apps.llm.registry, sorted; empty: none named
    note = models.CharField(max_length=500, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_by = models.CharField(max_length=150)  # the person's name then: accounts are deleted
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Who took it back, or said something else; empty before 0003 has been there.
    withdrawn_by = models.CharField(max_length=150, blank=True, default="", db_default="")

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["pull_request"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_standing_correction",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pull_request_id}: {'' if self.is_ai_assisted else 'not '}AI-assisted"
