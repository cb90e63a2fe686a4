"""What can still be asked of a team's run while GitHub cannot be asked anything."""

from apps.pipeline.machine import STEPS
from apps.pipeline.standing import Standing

READS_GITHUB = frozenset(
    status for status, step in STEPS.items() if step.task.startswith("apps.github.")
)
BEGINS_BY_READING = frozenset({"start", "refresh", "restart"})


def possible_without_github(standing: Standing) -> frozenset[str]:
    """Of the verbs that the status allows, those that do not begin with a question to GitHub."""
    verbs = standing.can - BEGINS_BY_READING
    return verbs - {"retry"} if standing.failed_step in READS_GITHUB else verbs
