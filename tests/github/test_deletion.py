"""A team goes with all that was read for it; a person with pull requests does not go alone."""

import pytest
from django.db.models import RestrictedError

from apps.github.models import Person, PullRequest
from tests.factories import PullRequestFactory

pytestmark = pytest.mark.django_db


def test_deleting_a_team_deletes_its_people_and_pull_requests():
    pull_request = PullRequestFactory()

    pull_request.team.delete()

    assert not PullRequest.objects.exists()
    assert not Person.objects.exists()


def test_an_author_cannot_be_deleted_from_under_their_pull_requests():
    pull_request = PullRequestFactory()

    with pytest.raises(RestrictedError):
        pull_request.author.delete()
