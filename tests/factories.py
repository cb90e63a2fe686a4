"""The plainest valid row of each model; traits put it into a state."""

import factory

from apps.accounts.models import User
from apps.teams.models import Membership, Team

# --- accounts, teams ---


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password("a long enough password")


class TeamFactory(factory.django.DjangoModelFactory):
    """A team that has not started; `at("syncing")` style states by `onboarding_pipeline_status`."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.ADMIN
