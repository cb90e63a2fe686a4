"""A team gets an address of its own, whatever its name."""

import pytest

from apps.teams.founding import SLUG_LENGTH, found_team
from apps.teams.models import Membership
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Blue Team", "blue-team"),
        ("  Ünïted – Makers!  ", "united-makers"),
        ("日本", "team"),
        ("x" * 120, "x" * SLUG_LENGTH),
    ],
)
def test_the_address_comes_from_the_name(name, slug):
    assert found_team(founder=UserFactory(), name=name).slug == slug


def test_a_taken_address_gets_a_number():
    TeamFactory(slug="blue")
    TeamFactory(slug="blue-2")

    assert found_team(founder=UserFactory(), name="Blue").slug == "blue-3"


def test_the_founder_is_the_admin():
    founder = UserFactory()

    team = found_team(founder=founder, name="Blue", time_zone="Europe/Berlin")

    assert team.time_zone == "Europe/Berlin"
    assert Membership.objects.get(team=team).role == Membership.Role.ADMIN
    assert list(team.people.all()) == [founder]
