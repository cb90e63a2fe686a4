"""
What stands in columns where no canary can: codes, numbers of ours, and documents with a shape.

Keyed by "app.Model.column". A function is given the poisoned team, and which row of it this is.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

#: Models of which no row is anybody's: the same for all teams, or what Django keeps of itself.
NOBODYS = frozenset(
    {
        "auth.Permission",
        "auth.Group",
        "contenttypes.ContentType",
        "sessions.Session",  # those of the roles are in it
        "waffle.Switch",
        "waffle.Sample",
        "accounts.FailedSignIn",  # a hash and a time
        "accounts.CountedAct",  # likewise
    }
)


def _days_ago(days: int) -> Any:
    return lambda team, which: timezone.now() - timedelta(days=days)


VALUES: Mapping[str, Any] = MappingProxyType(
    {
        # Django's own
        "admin.LogEntry.content_type": lambda team, which: (
            ContentType.objects.get_for_model(team.row("teams.Team")).pk
        ),
        # accounts
        "accounts.User.password": "!",
        "accounts.User.is_superuser": False,
        "accounts.User.is_active": True,
        # teams
        "teams.Team.time_zone": "UTC",
        "teams.Team.history_days": 365,
        "teams.Team.onboarding_pipeline_status": "complete",
        "teams.Team.onboarding_pipeline_started_at": _days_ago(9),
        "teams.Team.onboarding_pipeline_completed_at": _days_ago(8),
        "teams.Team.phase1_completed_at": _days_ago(9),
        "teams.Team.pipeline_run": 1,
        "teams.Team.pipeline_ticket": 7,
        "teams.Team.pipeline_claimed": 7,
        "teams.Team.pipeline_changed_at": _days_ago(8),
        "teams.Team.pipeline_failed_step": "",
        "teams.Membership.user": lambda team, which: team.row("accounts.User", which).pk,
        "teams.Membership.role": lambda team, which: "member" if which == 2 else "admin",
        "teams.Invitation.accepted_at": None,
        "teams.Invitation.accepted_by_id": None,
        "teams.Invitation.expires_at": lambda team, which: timezone.now() + timedelta(days=7),
        "teams.Flag.everyone": None,
        "teams.Deletion.counts": {"github.PullRequest": 3},
        "teams.StaffVisit.at": _days_ago(2),
        # pipeline
        "pipeline.PipelineTransition.verb": "advance",
        "pipeline.PipelineTransition.source": "background_insights",
        "pipeline.PipelineTransition.target": "complete",
        # github
        "github.Connection.kind": "oauth",
        "github.Connection.token_hint": "cafe",
        "github.Connection.scopes": "repo read:org",
        "github.Connection.closed_because": "",
        "github.Connection.account_type": "organization",
        "github.Person.identity": lambda team, which: f"user:{team.prefix}{which}",
        "github.Person.is_member": True,
        "github.TrackedRepository.sync_status": "completed",
        "github.TrackedRepository.last_synced_at": _days_ago(8),
        "github.TrackedRepository.name_with_owner": lambda team, which: (
            f"{team.canary('github.TrackedRepository.name_with_owner')}/harbor"
        ),
        "github.PullRequest.state": "merged",
        "github.PullRequest.merged_at": _days_ago(8),
        "github.PullRequest.closed_at": _days_ago(8),
        "github.PullRequest.ready_at": _days_ago(8),
        "github.PullRequest.truncated": ["commits"],
        "github.Delivery.repository_ids": [],
        "github.Review.state": "APPROVED",
        "github.ChangedFile.change_type": "MODIFIED",
        # llm
        "llm.PullRequestAnalysis.ai_class": "B",
        "llm.PullRequestAnalysis.llm_state": "done",
        "llm.PullRequestAnalysis.tools": ["claude"],
        "llm.PullRequestAnalysis.kind_of_change": "fix",
        "llm.PullRequestAnalysis.risk": "low",
        "llm.PullRequestAnalysis.review_size": "small",
        "llm.Evidence.kind": "trailer",
        "llm.Evidence.place": "body",
        "llm.Evidence.strength": "declared",
        "llm.PastVerdict.tools": [],
        "llm.Correction.tools": ["claude"],
        # metrics, insights
        "metrics.Measurement.repository_ids": lambda team, which: [
            team.row("github.TrackedRepository").pk
        ],
        "metrics.Measurement.time_zone": "UTC",
        "metrics.KeptHeadline.figures": {},
        "metrics.PullRequestFlow.state": "merged",
        "metrics.PullRequestFlow.merged_at": _days_ago(8),
        "metrics.PullRequestFlow.closed_at": _days_ago(8),
        "metrics.PullRequestFlow.ready_at": _days_ago(8),
        "metrics.PullRequestFlow.merged_on": lambda team, which: (
            timezone.now() - timedelta(days=8)
        ).date(),
        "metrics.PullRequestFlow.reviewers": lambda team, which: [team.row("github.Person").pk],
        "metrics.PullRequestFlow.ai_class": "B",
        "insights.Insight.rule": "I-01",
        "insights.Insight.numbers": {},
        "insights.RuleSetting.rule": "I-01",
        "insights.RuleSetting.key": "hours",
        # notifications
        "notifications.Notification.kind": "ready",
    }
)
