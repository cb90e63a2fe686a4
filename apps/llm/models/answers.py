"""What the model has answered, and what was asked for in batches."""

import uuid

from django.db import models

from apps.github.models import PullRequest
from apps.teams.models import Team


class LlmAnswer(models.Model):
    """
    A validated answer of the model. Unchanged input is never paid twice.

    Keyed by (pull request, input hash, prompt version, model), and by how often a person has asked
    for it to be read again.
    """

    pull_request = models.ForeignKey(
        PullRequest, on_delete=models.CASCADE, related_name="llm_answers"
    )
    input_hash = models.CharField(max_length=64)
    prompt_version = models.CharField(max_length=20)
    model = models.CharField(max_length=60)
    rerun = models.PositiveSmallIntegerField(default=0, db_default=0)
    answer = models.JSONField()
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0, db_default=0)  # of prompt_tokens
    completion_tokens = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["pull_request", "input_hash", "prompt_version", "model", "rerun"],
                name="one_answer_per_input",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pull_request_id} {self.prompt_version} {self.model}"


class LlmBatch(models.Model):
    """
    A batch at Groq: questions that are answered within a day, at half the price.

    The row is there before the batch is, and its id stands in the batch's metadata: a process that
    dies in between leaves a batch that the next one finds again.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "Being sent"
        OPEN = "open", "At Groq"
        CANCELLING = "cancelling", "Being cancelled"
        READ = "read", "Read"  # both of its files, whatever its end
        GIVEN_UP = "given_up", "Given up"  # Groq refused it or does not know it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="llm_batches")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PREPARING)
    run = models.PositiveIntegerField(default=0)  # of the pipeline, that it was sent in
    model = models.CharField(max_length=60)
    prompt_version = models.CharField(max_length=20)
    input_file_id = models.CharField(max_length=120, blank=True, default="")
    batch_id = models.CharField(max_length=120, blank=True, default="")
    groq_status = models.CharField(max_length=30, blank=True, default="")  # the last one seen
    reason = models.TextField(
        blank=True, default=""
    )  # why it was given up or cancelled; a sentence
    looks = models.PositiveIntegerField(default=0)  # how often it was looked at
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)  # when we first told Groq to
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "batch"
        verbose_name_plural = "batches"
        indexes = (models.Index(fields=["team", "state"]),)

    def __str__(self) -> str:
        return f"{self.batch_id or self.pk} of {self.team_id}: {self.state}"


class LlmBatchLine(models.Model):
    """One question of a batch: its pull request as it was when it was asked about."""

    class State(models.TextChoices):
        OPEN = "open", "Asked"
        ANSWERED = "answered", "Answered"
        FAILED = "failed", "Failed"  # no answer of use: the pull request is asked about live

    batch = models.ForeignKey(LlmBatch, on_delete=models.CASCADE, related_name="lines")
    pull_request = models.ForeignKey(PullRequest, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)  # of all its texts
    input_hash = models.CharField(max_length=64)  # of what was sent
    is_cut = models.BooleanField(default=False, db_default=False)  # less was sent than it says
    rerun = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["batch", "pull_request"], name="one_line_per_pull_request"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pull_request_id} in {self.batch_id}: {self.state}"
