"""Whose rows a model's are: the way from each of them to its team."""

from collections import deque
from functools import cache
from typing import Any

from apps.teams.models import Deletion, StaffVisit, Team

#: Lists that open over all teams: where each stands and what it costs, for whoever keeps the
#: service running. Lists of everything else open for one team at a time. Pages of one row ask.
OPEN_LISTS = frozenset(
    {
        "teams.team",
        "pipeline.pipelinetransition",
        "llm.llmuse",
        "llm.llmbatch",
        "metrics.measurement",
        "notifications.notification",
        "github.connection",
        "jira.jiraconnection",
        "slack.slackconnection",
    }
)
#: What staff did is looked at by whoever may, without another visit.
RECORDS = (StaffVisit, Deletion)


@cache
def way_to_team(model: Any) -> str | None:
    """
    The lookup that leads from the model to its team: "team", "repository__team", "pk"; or None.

    Found along what its rows refer to, the shortest way first, so that the page of a new model is
    guarded from its first day on.
    """
    if model in RECORDS:
        return None
    if model is Team:
        return "pk"
    seen: set[Any] = {model}
    left: deque[tuple[Any, str]] = deque([(model, "")])
    while left:
        here, way = left.popleft()
        for field in here._meta.concrete_fields:
            found = field.related_model
            if not isinstance(found, type) or found in seen:
                continue
            if found is Team:
                return f"{way}{field.name}"
            seen.add(found)
            left.append((found, f"{way}{field.name}__"))
    return None


def team_parameter(model: Any) -> str:
    """What narrows the admin's list of the model to one team."""
    return f"{way_to_team(model)}__id__exact"


def needs_team(model: Any, *, is_change: bool) -> bool:
    """
    Whether the admin's list of the model opens for one team only.

    What an action changes is one team's in any case. The list of teams itself asks beside its
    actions, and writes a row for each team.
    """
    if way_to_team(model) is None or model is Team:
        return False
    return is_change or model._meta.label_lower not in OPEN_LISTS
