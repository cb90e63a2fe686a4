"""A team is named once: the browser's way back and a double click found no second team."""

from django.db import transaction

from apps.accounts.models import User
from apps.pipeline.machine import Status
from apps.teams.founding import found_team
from apps.teams.models import Membership, Team


@transaction.atomic
def team_for(person: User, *, name: str, time_zone: str) -> Team:
    """
    The team of that name that the person administers and that has not started, or a new one.

    One that is taken up gets the time zone that was entered last.
    """
    User.objects.select_for_update().get(pk=person.pk)  # two posts at once come one by one
    membership = (
        person.memberships.filter(
            role=Membership.Role.ADMIN,
            team__name=name,
            team__onboarding_pipeline_status=Status.NOT_STARTED,
        )
        .select_related("team")
        .order_by("pk")
        .first()
    )
    if membership is None:
        return found_team(founder=person, name=name, time_zone=time_zone)
    Team.objects.filter(pk=membership.team_id).update(time_zone=time_zone)
    return membership.team
