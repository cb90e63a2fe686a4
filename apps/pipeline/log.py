"""The log of travels: every minted ticket, for people and as the database's proof of "once"."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class AppendOnly(models.QuerySet["PipelineTransition"]):
    """Nobody rewrites what happened; rows go only with their team."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("the log of transitions is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the log of transitions is append-only")


class PipelineTransition(models.Model):
    """
    One minted ticket: who moved what, when, why. Append-only.

    A row with `source == target` kept the status and sent its task again. UNIQUE(team, ticket) is
    the database's proof that no ticket was minted twice.
    """

    team = models.ForeignKey(
        settings.PIPELINE_MODEL, on_delete=models.CASCADE, related_name="transitions"
    )
    ticket = models.PositiveBigIntegerField()
    run = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    source = models.CharField(max_length=50)
    target = models.CharField(max_length=50)
    actor = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)
    position = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",  # for code of before this column, while a deployment is under way
        help_text="How far the source had come, for people.",
    )
    task_id = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField(db_default=Now())

    objects = AppendOnly.as_manager()

    class Meta:
        app_label = "pipeline"
        constraints = (
            models.UniqueConstraint(fields=["team", "ticket"], name="pipeline_ticket_once"),
        )

    def __str__(self) -> str:
        return f"{self.team_id}/{self.ticket} {self.source} → {self.target}"


def who_began(team_id: int, run: int) -> str:
    """Who set a run going: a user's name, "nightly", "webhook"; empty where the log has no row."""
    moves = PipelineTransition.objects.filter(team_id=team_id, run=run).order_by("ticket")
    return moves.values_list("actor", flat=True).first() or ""
