"""What GitHub told us, as rows. Everything hangs from a team; two teams share no row."""

from datetime import datetime

from django.db import models
from model_utils.models import TimeStampedModel

from apps.core.fields import EncryptedTextField
from apps.teams.models import Team


class Connection(TimeStampedModel):
    """How a team reaches GitHub: one token and the account whose repositories it reads."""

    class AccountType(models.TextChoices):
        ORGANIZATION = "organization", "Organization"
        USER = "user", "Personal account"

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="github")
    token = EncryptedTextField()
    token_hint = models.CharField(max_length=4, blank=True)  # the last characters, for people
    viewer_login = models.CharField(max_length=100, blank=True)  # whose token it is
    account_login = models.CharField(max_length=100, blank=True)  # whose repositories are read
    account_type = models.CharField(max_length=20, choices=AccountType.choices, blank=True)

    def __str__(self) -> str:
        return f"{self.team_id}: {self.account_login}"


class Person(TimeStampedModel):
    """
    A GitHub account seen by one team: member, author, reviewer, bot or ghost.

    Keyed by login and kind within the team: the app "claude" and a person named "claude" are two.
    A deleted account is `null` at GitHub; all of a team's deleted accounts are one person of kind
    GHOST with the login "ghost".
    """

    class Kind(models.TextChoices):
        USER = "user", "Person"
        BOT = "bot", "Bot"
        GHOST = "ghost", "Deleted account"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="github_people")
    login = models.CharField(max_length=100)
    github_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.USER)
    is_member = models.BooleanField(default=False)  # of the organisation, at the last sync

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "login", "kind"], name="one_person_per_login"),
        )

    def __str__(self) -> str:
        return self.login

    @property
    def handle(self) -> str:
        """The login as the web and lists of known bots have it: GraphQL leaves out the "[bot]"."""
        if self.kind == self.Kind.BOT and not self.login.endswith("[bot]"):
            return f"{self.login}[bot]"
        return self.login


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
        indexes = (models.Index(fields=["repository", "state", "-updated_at"]),)

    def __str__(self) -> str:
        return f"{self.repository_id}#{self.number} {self.state}"


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
