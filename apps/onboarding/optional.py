"""
The steps that a team need not take: when they may be taken, and how they are put behind it.

None of them has a say in the import: it runs since the repositories were chosen.
"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.onboarding.models import StepChoice
from apps.onboarding.places import OPTIONAL, next_step_of
from apps.onboarding.steps import NAMES
from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.models import Team


def elsewhere_first(team: Team) -> HttpResponse | None:
    """Where to go instead, while an earlier step is not done; None when it is this one's turn."""
    if team.onboarding_pipeline_status != Status.NOT_STARTED:
        return None
    return redirect(next_step_of(team), team.slug)


def settle(team: Team, step: StepChoice.Step, choice: StepChoice.Choice) -> None:
    """
    Put the step behind the team, on every device.

    What is connected stays so: a late click on "Skip" in another tab takes nothing away.
    """
    if choice == StepChoice.Choice.DONE:
        StepChoice.objects.update_or_create(team=team, step=step, defaults={"choice": choice})
    else:
        StepChoice.objects.get_or_create(team=team, step=step, defaults={"choice": choice})


def page_of(team: Team, step: StepChoice.Step) -> dict[str, object]:
    """What `onboarding/optional_step.html` wants to know; a page adds its own to it."""
    choice = StepChoice.objects.filter(team=team, step=step).first()
    return {
        "team": team,
        "name": step.label,
        "step": list(NAMES).index(OPTIONAL[step]) + 1,
        "skip_url": reverse("onboarding:skip", args=[team.slug, step.value]),
        "choice": choice.choice if choice else "",
        "is_importing": standing_of(team).is_active,
        "onwards_url": reverse(_after(step), args=[team.slug]),
    }


def _after(step: StepChoice.Step) -> str:
    """Where "Go on" leads from a step that is behind the team."""
    places = list(NAMES)
    return places[places.index(OPTIONAL[step]) + 1]


def onwards(team: Team) -> HttpResponse:
    """To the next step that is not behind the team, and at last to the end."""
    return redirect(next_step_of(team), team.slug)
