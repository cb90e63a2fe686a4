"""Making a team: its slug, and its first admin."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from apps.accounts.models import User
from apps.teams.models import Membership, Team

SLUG_LENGTH = 50  # leaves room for a number
TRIES = 100


def found_team(*, founder: User, name: str, time_zone: str = "UTC") -> Team:
    """
    Make a team with `founder` as its admin.

    The slug comes from the name; a number is added where another team has it already.
    """
    base = slugify(name)[:SLUG_LENGTH].strip("-") or "team"
    for number in range(1, TRIES):
        slug = base if number == 1 else f"{base}-{number}"
        if Team.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=slug, time_zone=time_zone)
                Membership.objects.create(team=team, user=founder, role=Membership.Role.ADMIN)
        except IntegrityError:  # somebody else took the slug between the two statements
            continue
        return team
    raise ValueError(f"no slug is free for {name!r}")
