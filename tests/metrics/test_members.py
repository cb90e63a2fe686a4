"""Members add up to their team, and an active one has every week."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.metrics.models import MemberWeek
from tests.factories import PersonFactory, ReviewFactory
from tests.metrics.measuring import measured, merged_at

pytestmark = pytest.mark.django_db


def test_members_add_up_to_the_team_and_weeks_to_the_window(repository):
    people = [PersonFactory(team=repository.team, is_member=n % 2 == 0) for n in range(4)]
    for n in range(24):
        moment = datetime(2026, 5, 5, tzinfo=UTC) + timedelta(days=n, hours=n)
        change = merged_at(moment, repository, author=people[n % 4])
        ReviewFactory(pull_request=change, author=people[(n + 1) % 4])

    weeks = measured(repository)

    for name in ("opened", "merged", "reviewed", "reviews_given", "unclear_start"):
        total = sum(getattr(row, name) for row in weeks.values())
        assert total == 24
        for monday, row in weeks.items():
            of_members = MemberWeek.objects.filter(week_start=monday)
            assert sum(getattr(member, name) for member in of_members) == getattr(row, name)


def test_an_active_member_has_every_week_and_a_passer_by_only_its_own(repository):
    member = PersonFactory(team=repository.team, is_member=True)
    PersonFactory(team=repository.team, is_member=True)
    guest = PersonFactory(team=repository.team)
    for person in (member, guest):
        merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository, author=person)

    measured(repository)

    assert MemberWeek.objects.filter(member=member).count() == 5
    assert MemberWeek.objects.filter(member=guest).count() == 1
    assert MemberWeek.objects.count() == 6
