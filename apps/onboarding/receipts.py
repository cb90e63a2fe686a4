"""The receipt for a deleted team: what went, in words; and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.apps import apps

from apps.accounts.models import User
from apps.teams.models import Deletion

#: What people call the rows of a model, in the order in which they are told. Any other model is
#: told after these, by its own name.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "github.TrackedRepository": "repositories",
        "github.PullRequest": "pull requests",
        "github.Review": "reviews",
        "github.Commit": "commits",
        "github.ChangedFile": "names of changed files",
        "github.Person": "people and bots of GitHub",
        "github.PullRequestKey": "entries of GitHub's lists",
        "github.Connection": "connections to GitHub",
        "llm.PullRequestAnalysis": "analyses",
        "llm.Evidence": "pieces of evidence",
        "llm.LlmAnswer": "answers of the language model",
        "llm.LlmBatch": "batches of questions",
        "llm.LlmBatchLine": "questions in batches",
        "llm.LlmUse": "days of use of the language model",
        "llm.PastVerdict": "earlier verdicts",
        "llm.Correction": "corrections by people",
        "metrics.PullRequestFlow": "measured pull requests",
        "metrics.TeamWeek": "weeks of the team",
        "metrics.MemberWeek": "weeks of its people",
        "metrics.Measurement": "measurements",
        "metrics.KeptHeadline": "kept headlines",
        "metrics.CountingRules": "rules of counting",
        "metrics.CountingChange": "noted changes of counting",
        "insights.Insight": "insights",
        "insights.Insight_pull_requests": "pull requests named by insights",
        "insights.Summary": "summaries",
        "insights.RuleSetting": "limits for insights",
        "pipeline.PipelineTransition": "log entries of imports",
        "jira.JiraConnection": "connections to Jira",
        "jira.JiraProject": "projects of Jira",
        "jira.JiraIssue": "issues of Jira",
        "jira.IssueLink": "links from issues to pull requests",
        "slack.SlackConnection": "connections to Slack",
        "notifications.Notification": "messages",
        "notifications.Preference": "choices about messages",
        "notifications.WeeklyRound": "weekly summaries",
        "onboarding.StepChoice": "steps that were done or left out",
        "teams.Membership": "memberships",
        "teams.Invitation": "invitations",
        "teams.Team": "team",
    }
)


@dataclass(frozen=True)
class Receipt:
    deletion: Deletion
    counts: tuple[tuple[str, str], ...]  #: of each kind, in words how many
    total: str
    told: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        return self.deletion.done_at is not None


def receipt_for(user: User, code: str) -> Receipt | None:
    """For who has deleted the team, and for staff; to anybody else there is none."""
    deletion = Deletion.objects.filter(code=code).first()
    if deletion is None or not (deletion.user_id == user.pk or user.is_staff):
        return None
    order = {label: place for place, label in enumerate(WORDS)}
    counts = sorted(deletion.counts.items(), key=lambda one: (order.get(one[0], len(order)), one))
    return Receipt(
        deletion=deletion,
        counts=tuple((_words(label), f"{number:,}") for label, number in counts),
        total=f"{sum(deletion.counts.values()):,}",
        told=tuple(deletion.told.splitlines()),
    )


def _words(label: str) -> str:
    if label in WORDS:
        return WORDS[label]
    try:
        return str(apps.get_model(label)._meta.verbose_name_plural)
    except LookupError:  # of a version that is no more
        return label
