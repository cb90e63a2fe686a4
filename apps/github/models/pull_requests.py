"""Pull requests and their lists."""

from django.db import models

from apps.github.models.people import Person
from apps.github.models.repositories import TrackedRepository
from apps.teams.models import Team


class PullRequest(models.Model):
    """One pull request as GitHub last told it. Times are GitHub's, in UTC."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed without merge"
        MERGED = "merged", "Merged"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pull_requests")
    repository = models.ForeignKey(
        TrackedRepository, on_delete=models.CASCADE, related_name="pull_requests"
    )
    number = models.PositiveIntegerField()
    node_id = models.CharField(max_length=100)
    github_id = models.BigIntegerField(null=True)  # beyond 32 bits since 2024
    author = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="pull_requests")
    merged_by = models.ForeignKey(
        Person, on_delete=models.RESTRICT, related_name="merged_pull_requests", null=True
    )
    title = models.TextField()
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    is_draft = models.BooleanField(default=False)
    base_ref = models.CharField(max_length=255)
    head_ref = models.CharField(max_length=255)
    is_from_fork = models.BooleanField(default=False, db_default=False)
    # Empty where it was deleted.
    head_repository = models.CharField(max_length=255, blank=True, default="", db_default="")
    labels = models.JSONField(default=list)  # names, in GitHub's order
    additions = models.PositiveIntegerField()
    deletions = models.PositiveIntegerField()
    changed_files = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)  # last "ready for review", or created if never draft
    # GitHub's own totals; larger than the rows stored only where `truncated` names the children
    commits_total = models.PositiveIntegerField(default=0)
    reviews_total = models.PositiveIntegerField(default=0)
    files_total = models.PositiveIntegerField(default=0)
    truncated = models.JSONField(default=list)  # of "commits", "reviews", "files"
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["repository", "number"], name="one_row_per_number"),
        )
        indexes = (
            models.Index(fields=["team", "merged_at"]),
            models.Index(fields=["team", "updated_at"]),
        )

    def __str__(self) -> str:
        return f"{self.repository_id}#{self.number}"


class Review(models.Model):
    """A submitted review, by a person, a bot or a ghost."""

    pull_request = models.ForeignKey(PullRequest, on_delete=models.CASCADE, related_name="reviews")
    node_id = models.CharField(max_length=100)
    author = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="reviews")
    state = models.CharField(max_length=20)  # APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["pull_request", "node_id"], name="one_row_per_review"),
        )

    def __str__(self) -> str:
        return f"{self.pull_request_id} {self.state}"


class Commit(models.Model):
    """A commit of a pull request's branch, in GitHub's order."""

    pull_request = models.ForeignKey(PullRequest, on_delete=models.CASCADE, related_name="commits")
    position = models.PositiveIntegerField()
    oid = models.CharField(max_length=64)
    message = models.TextField(blank=True)
    authored_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    author_name = models.CharField(max_length=255, blank=True)
    author_login = models.CharField(max_length=100, blank=True)
    # Addresses of people are not kept. The hash tells two authors apart; the address itself is
    # kept only where it is a tool's own (a marker needs it), see apps/llm.
    author_email_hash = models.CharField(max_length=64, blank=True)
    author_tool_email = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["pull_request", "position"], name="one_row_per_commit"),
        )

    def __str__(self) -> str:
        return self.oid[:12]


class ChangedFile(models.Model):
    """A file that a pull request changes."""

    pull_request = models.ForeignKey(PullRequest, on_delete=models.CASCADE, related_name="files")
    path = models.TextField()
    additions = models.PositiveIntegerField()
    deletions = models.PositiveIntegerField()
    change_type = models.CharField(max_length=20)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["pull_request", "path"], name="one_row_per_file"),
        )

    def __str__(self) -> str:
        return self.path
