"""What a team has chosen to read, and how far that is."""

from datetime import datetime

from django.db import models
from model_utils.models import TimeStampedModel

from apps.teams.models import Team


class TrackedRepository(TimeStampedModel):
    """A repository that a team has chosen, and how far its sync is."""

    class SyncStatus(models.TextChoices):
        PENDING = "pending", "Waiting"
        SYNCING = "syncing", "Syncing"
        COMPLETED = "completed", "Done"
        PARTIAL = "partial", "Done, with gaps"
        FAILED = "failed", "Failed"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="repositories")
    name_with_owner = models.CharField(max_length=255)
    node_id = models.CharField(max_length=100, blank=True)
    github_id = models.BigIntegerField(null=True)
    default_branch = models.CharField(max_length=255, blank=True)
    is_private = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    is_fork = models.BooleanField(default=False)
    chosen_at = models.DateTimeField(null=True, blank=True)  # when GitHub was asked what it is
    pushed_at = models.DateTimeField(null=True)  # GitHub's word on activity: the sync's order
    is_selected = models.BooleanField(default=True)

    sync_status = models.CharField(
        max_length=10, choices=SyncStatus.choices, default=SyncStatus.PENDING
    )
    sync_progress = models.PositiveSmallIntegerField(default=0)  # percent, of the current window
    sync_prs_total = models.PositiveIntegerField(default=0)  # of the current window
    sync_prs_completed = models.PositiveIntegerField(default=0)
    sync_started_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.TextField(blank=True, default="")  # a sentence for the team
    sync_since = models.DateTimeField(null=True, blank=True)  # the current window's older end

    # What GitHub took at once the last time that it gave up on more; null: whatever we ask for.
    details_at_once = models.PositiveSmallIntegerField(null=True, blank=True)
    # Pull requests that GitHub refused to list when the list was read for the last time.
    left_out = models.PositiveIntegerField(default=0, db_default=0)
    # Of GitHub's own count, what its list did not show although all of it was read once more.
    unlisted = models.PositiveIntegerField(default=0, db_default=0)
    gaps_tried_at = models.DateTimeField(null=True, blank=True)
    # The last webhook of the repository itself, or when it was added to what is read: the next run
    # that begins later looks it up.
    told_at = models.DateTimeField(null=True, blank=True)
    # Read to its end since it was archived: nothing more can happen in it.
    was_read_archived = models.BooleanField(default=False, db_default=False)
    # Pull requests updated since `counted_since`, by GitHub's count and by ours,
    # both at `counted_at`. Null where GitHub did not count.
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_since = models.DateTimeField(null=True, blank=True)
    count_at_github = models.PositiveIntegerField(null=True, blank=True)
    count_here = models.PositiveIntegerField(null=True, blank=True)

    # The key pass lists from the newest update to older ones. Listed is what was updated between
    # keys_reach and keys_top; the cursor goes on below, a catch-up reads what is above.
    keys_cursor = models.CharField(max_length=255, blank=True, default="")
    keys_reach = models.DateTimeField(null=True, blank=True)  # every update since then is listed
    keys_top = models.DateTimeField(null=True, blank=True)  # the newest update at the last look

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "name_with_owner"], name="one_repository_per_team"
            ),
        )
        indexes = (
            models.Index(fields=["github_id"]),  # by which webhooks name it
            models.Index(
                fields=["told_at"],
                condition=models.Q(told_at__isnull=False),
                name="repositories_told_of",
            ),
        )

    def __str__(self) -> str:
        return self.name_with_owner

    def is_listed_since(self, moment: datetime) -> bool:
        """Whether every pull request updated at `moment` or later has a key."""
        return self.keys_reach is not None and self.keys_reach < moment


class PullRequestKey(models.Model):
    """
    A pull request that GitHub listed: what is still to be fetched, and what could not be.

    The manifest of a sync. A crash resumes at the first row that is not DONE.
    """

    class State(models.TextChoices):
        PENDING = "pending", "To be fetched"
        DONE = "done", "Stored"
        GAP = "gap", "Could not be fetched"
        GONE = "gone", "Deleted at GitHub"

    repository = models.ForeignKey(TrackedRepository, on_delete=models.CASCADE, related_name="keys")
    node_id = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    updated_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    gap_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["repository", "number"], name="one_key_per_number"),
        )
        indexes = (
            models.Index(fields=["repository", "state", "-updated_at"]),
            models.Index(
                fields=["updated_at"],
                condition=models.Q(state="pending"),
                name="keys_to_be_fetched",
            ),
        )

    def __str__(self) -> str:
        return f"{self.repository_id}#{self.number} {self.state}"
