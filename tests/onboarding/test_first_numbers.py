"""First numbers are of days that are read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.onboarding.first_numbers import first_numbers_of
from apps.pipeline.standing import standing_of
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("quick_start", "two_phase", "days", "merged"),
    [(7, True, 7, 1), (30, True, 30, 2), (60, True, 30, 2), (7, False, 30, 2)],
)
def test_they_are_of_no_more_days_than_are_read(settings, quick_start, two_phase, days, merged):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "quick_start_days": quick_start
    }
    team = TeamFactory(onboarding_pipeline_status="syncing", pipeline_two_phase=two_phase)
    repository = TrackedRepositoryFactory(team=team)
    for days_ago in (3, 20):  # the second is stored because it was commented on yesterday
        moment = timezone.now() - timedelta(days=days_ago)
        PullRequestFactory(
            repository=repository,
            merged=True,
            created_at=moment - timedelta(hours=1),
            merged_at=moment,
        )

    numbers = first_numbers_of(team, standing_of(team))

    assert numbers is not None
    assert (numbers.days, numbers.merged) == (days, merged)
