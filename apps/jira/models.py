"""A team's Jira: the way to it, what is read of it, and which pull requests name which issue."""

from datetime import datetime

from django.conf import settings
from django.db import models
from model_utils.models import TimeStampedModel

from apps.core.fields import EncryptedTextField
from apps.github.models import PullRequest
from apps.teams.models import Team


class JiraConnection(TimeStampedModel):
    """A sign-in at Atlassian, the site that is read with it, and how far reading is."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="jira")
    access_token = EncryptedTextField(bound_to="team_id", blank=True, default="")
    refresh_token = EncryptedTextField(bound_to="team_id", blank=True, default="")  # works once
    token_expires_at = models.DateTimeField(null=True, blank=True)
    # When somebody began to renew the tokens, which Atlassian lets happen once; null: nobody does.
    refreshing_since = models.DateTimeField(null=True, blank=True, editable=False)
    scopes = models.CharField(max_length=255, blank=True, default="")  # granted, by their names
    cloud_id = models.CharField(max_length=64, blank=True, default="")  # empty: none chosen yet
    site_name = models.CharField(max_length=255, blank=True, default="")
    site_url = models.URLField(max_length=255, blank=True, default="")
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # A sentence for the team's admins about what only they can mend; empty: all is well.
    attention = models.TextField(blank=True, default="")
    is_refused = models.BooleanField(default=False)  # Jira takes it no more: asked once a night

    due_at = models.DateTimeField(null=True, blank=True)  # when reading is to begin, or go on
    failures = models.PositiveSmallIntegerField(default=0)  # in a row, that may pass by themselves
    # Who reads at the moment, and the last sign of life: one at a time.
    sync_claim = models.CharField(max_length=32, blank=True, default="", editable=False)
    sync_heartbeat = models.DateTimeField(null=True, blank=True, editable=False)
    sync_began_at = models.DateTimeField(null=True, blank=True)  # of the round: all projects, once
    synced_at = models.DateTimeField(null=True, blank=True)  # a round has ended; before: under way

    def __str__(self) -> str:
        return f"{self.team_id}: {self.site_name}"

    def hold(self, token: str, refresh_token: str, ends_at: datetime | None) -> None:
        """Have these tokens and no others, unsaved; of a renewal under way nothing is stored."""
        self.access_token, self.refresh_token = token, refresh_token
        self.token_expires_at, self.refreshing_since = ends_at, None


class JiraProject(TimeStampedModel):
    """A project that the team has chosen, and how far its issues are read."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="jira_projects")
    jira_id = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    former_keys = models.JSONField(default=list, blank=True)  # that old pull requests still name
    name = models.CharField(max_length=255)
    attention = models.TextField(blank=True, default="")  # a sentence: why it is not read now
    read_at = models.DateTimeField(null=True, blank=True)  # its last pass has ended, or failed

    # A pass reads what was changed, the longest ago first, and goes on where it was interrupted.
    pass_began_at = models.DateTimeField(null=True, blank=True)  # null: none is under way
    pass_is_full = models.BooleanField(default=False)  # of the whole history: finds what is gone
    pass_reached = models.DateTimeField(null=True, blank=True)  # by Jira's clock
    read_until = models.DateTimeField(null=True, blank=True)  # likewise, of ended passes
    full_pass_at = models.DateTimeField(null=True, blank=True)  # when the last full one began
    read_from = models.DateTimeField(null=True, blank=True)  # the history that it went back to

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "jira_id"], name="one_row_per_jira_project"),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def keys(self) -> list[str]:
        return [self.key, *self.former_keys]


class JiraIssue(models.Model):
    """An issue as Jira last told it: where it stands and since when, and not what it says."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="jira_issues")
    project = models.ForeignKey(JiraProject, on_delete=models.CASCADE, related_name="issues")
    jira_id = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=255)
    level = (
        models.SmallIntegerField()
    )  # 0: a story, task or bug; below: a part of one; above: epics
    status = models.CharField(max_length=255)
    category = models.CharField(max_length=20)  # of the status: new, indeterminate or done
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()  # the beginning of the pass that has seen it last

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "jira_id"], name="one_row_per_jira_issue"),
        )
        indexes = (
            models.Index(fields=["team", "key"], name="jira_issues_by_key"),
            models.Index(
                fields=["team", "done_at"],
                condition=models.Q(done_at__isnull=False),
                name="jira_issues_done",
            ),
        )

    def __str__(self) -> str:
        return self.key


class IssueLink(models.Model):
    """A pull request names an issue of the team's projects, in its title, branch or commits."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="issue_links")
    pull_request = models.ForeignKey(
        PullRequest, on_delete=models.CASCADE, related_name="issue_links"
    )
    key = models.CharField(max_length=80)  # as it is named; a moved issue has another one by now
    # Null: not read yet, or there is none of that key.
    issue = models.ForeignKey(JiraIssue, on_delete=models.SET_NULL, null=True, related_name="links")
    looked_up_at = models.DateTimeField(null=True)  # when Jira was asked for it by its key

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["pull_request", "key"], name="one_link_per_key"),
        )
        indexes = (models.Index(fields=["team", "key"], name="issue_links_by_key"),)

    def __str__(self) -> str:
        return f"{self.pull_request_id} {self.key}"
