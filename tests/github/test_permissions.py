"""What an App has been granted is asked again when GitHub tells that it has changed."""

import pytest

from apps.github.connecting.connections import look_up_permissions, missing_of
from apps.github.models import Connection
from tests.github import hooks

pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(team, github_app):
    """The App in the team's organisation; "Members" was added to what it asks for later."""
    made = github_app.grants.install()
    hooks.by_app(team, number=made.id)
    Connection.objects.update(scopes="metadata pull_requests contents")
    return made


def missing():
    return missing_of(Connection.objects.get())


def test_a_permission_that_was_accepted_is_missing_no_more(
    installed, tell, django_capture_on_commit_callbacks
):
    assert missing() == ("members",)

    with django_capture_on_commit_callbacks(execute=True):
        tell(("installation", hooks.installation("new_permissions_accepted", number=installed.id)))

    assert missing() == ()


def test_one_that_was_taken_back_is_missing(installed):
    installed.permissions = {"metadata": "read", "members": "read"}

    look_up_permissions(installed.id)

    assert missing() == ("pull_requests", "contents")


def test_while_github_does_not_say_what_is_known_stays(installed, settings):
    settings.GITHUB_API_URL = "http://127.0.0.1:9"

    look_up_permissions(installed.id)

    assert missing() == ("members",)
