"""Making a team: its slug, and its first admin."""

from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from apps.accounts.models import User
from apps.teams.models import Membership, Team

SLUG_LENGTH = 50  # leaves room for an ending
ENDING = "abcdefghijkmnpqrstuvwxyz23456789"  # no letter that looks like another


def found_team(*, founder: User, name: str, time_zone: str = "UTC") -> Team:
    """
    Make a team with `founder` as its admin.

    The slug comes from the name; where another team has it already, a random ending is added, so
    that any number of teams may share a name and nobody can count them.
    """
    base = slugify(name)[:SLUG_LENGTH].strip("-") or "team"
    slug = base
    while True:
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=slug, time_zone=time_zone)
                Membership.objects.create(team=team, user=founder, role=Membership.Role.ADMIN)
        except IntegrityError:
            if not Team.objects.filter(slug=slug).exists():
                raise  # it was not the slug
            slug = f"{base}-{get_random_string(6, ENDING)}"
        else:
            return team
