"""Texts that show AI, a step entered long ago, and what the step left in the rows."""

from django.utils import timezone

from apps.llm.models import PullRequestAnalysis
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team

FOOTER = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"
DISCLOSURE = "I used ChatGPT to draft the tests."


def states(team):
    found = PullRequestAnalysis.objects.filter(team=team).order_by("-pull_request__pk")
    return [(row.ai_class, row.llm_state) for row in found]


def llm_progress(team):
    return Team.objects.get(pk=team.pk).background_llm_progress


def entered(claim, *, ago):
    """Let the log say that the team entered the claim's step so long ago."""
    return PipelineTransition.objects.create(
        team=claim.row,
        ticket=claim.ticket,
        run=claim.row.pipeline_run,
        verb="advance",
        source=Status.SYNCING,
        target=claim.status,
        at=timezone.now() - ago,
    )
