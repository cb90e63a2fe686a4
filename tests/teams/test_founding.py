"""A team gets an address of its own, whatever its name."""

import re

import pytest
from django.db import IntegrityError

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


def test_any_number_of_teams_may_share_a_name():
    TeamFactory(slug="blue")

    slugs = {found_team(founder=UserFactory(), name="Blue").slug for _ in range(3)}

    assert len(slugs) == 3
    assert all(re.fullmatch(r"blue-[a-z2-9]{6}", slug) for slug in slugs)


def test_what_is_not_about_the_address_is_not_tried_again():
    founder = UserFactory()
    founder.delete()

    with pytest.raises((IntegrityError, ValueError)):
        found_team(founder=founder, name="Blue")


def test_the_founder_is_the_admin():
    founder = UserFactory()

    team = found_team(founder=founder, name="Blue", time_zone="Europe/Berlin")

    assert team.time_zone == "Europe/Berlin"
    assert Membership.objects.get(team=team).role == Membership.Role.ADMIN
    assert list(team.people.all()) == [founder]
