"""Rows from the time when people were told apart by login and kind get their identity."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from apps.github.models import Person
from tests.factories import PersonFactory, PullRequestFactory, ReviewFactory, TeamFactory

migration = import_module("apps.github.migrations.0004_people_by_identity")

pytestmark = pytest.mark.django_db


def person(team, login: str, *, days_old: float = 0, **columns):
    """As it was before: its identity says nothing yet."""
    row = PersonFactory(team=team, login=login, identity=f"old {login} {columns}", **columns)
    Person.objects.filter(pk=row.pk).update(modified=timezone.now() - timedelta(days=days_old))
    return row


def filled(team) -> dict[str, str]:
    migration.fill(apps, None)
    return {row.login: row.identity for row in team.github_people.all()}


def test_everybody_gets_an_identity():
    team = TeamFactory()
    person(team, "ada", github_id=1)
    person(team, "renovate", github_id=2, kind=Person.Kind.BOT)
    person(team, "carl")
    person(team, "ghost", kind=Person.Kind.GHOST)
    person(TeamFactory(), "ada", github_id=1)

    assert filled(team) == {
        "ada": "user:1",
        "renovate": "bot:2",
        "carl": "user:@carl",
        "ghost": "ghost",
    }


def test_one_who_was_renamed_is_the_later_row_with_all_that_they_did():
    team = TeamFactory()
    old = person(team, "ada", github_id=1, is_member=True, days_old=9)
    new = person(team, "lovelace", github_id=1, days_old=1)
    written = PullRequestFactory(repository__team=team, author=old, merged_by=old)
    ReviewFactory(pull_request=written, author=old)

    assert filled(team) == {"ada": "user:@ada", "lovelace": "user:1"}

    written.refresh_from_db()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (written.author, written.merged_by) == (new, new)
    assert new.reviews.count() == 1
    assert (old.is_member, new.is_member, old.github_id) == (False, True, None)
