"""What a team reads, changed in its settings: seen by everybody in it, changed by admins."""

import re

import pytest
from django.urls import reverse

from apps.github.models import Connection, TrackedRepository
from apps.metrics.models import CountingChange
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Membership, Team
from tests.factories import MembershipFactory, PullRequestFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


def url(name, team, *more):
    return reverse(f"onboarding:{name}", args=[team.slug, *more])


def words_of(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


@pytest.fixture
def complete(reading):
    """The person's team, whose one repository of the sandbox is read."""
    rows().filter(pk=reading.pk).update(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at="2026-01-01T00:00:00Z",
        onboarding_pipeline_completed_at="2026-01-01T00:05:00Z",
        phase1_completed_at="2026-01-01T00:02:00Z",
        pipeline_run=1,
    )
    TrackedRepository.objects.filter(team=reading).update(
        sync_status="completed", last_synced_at="2026-01-01T00:04:00Z"
    )
    return Team.objects.get(pk=reading.pk)


@pytest.fixture
def second(complete):
    return TrackedRepositoryFactory(
        team=complete,
        name_with_owner="northwind-labs/elsewhere",
        sync_status="partial",
        sync_error="1 pull request could not be fetched: #7. It is tried again by the next update.",
    )


def test_it_shows_what_is_read_how_fresh_that_is_and_what_is_missing(client, complete, second):
    PullRequestFactory(repository=second, number=8)

    words = words_of(client.get(url("settings", complete)))

    assert "northwind-labs/harbor" in words
    assert "Read to its end 1 Jan 2026, 00:04 (UTC)." in words
    assert "1 pull request could not be fetched: #7." in words
    assert "Add repositories" in words


def test_a_member_sees_it_without_buttons_and_is_refused(client, complete, second):
    member = MembershipFactory(team=complete, role=Membership.Role.MEMBER).user
    client.force_login(member)

    words = words_of(client.get(url("settings", complete)))

    assert "The team's admins can change this." in words
    assert "Add repositories" not in words
    assert "Remove" not in words
    for name in ("settings_remove", "settings_read", "settings_add"):
        more = [second.pk] if name == "settings_remove" else []
        assert client.post(url(name, complete, *more)).status_code == 403
    second.refresh_from_db()
    assert second.is_selected


def test_what_is_added_is_read_by_an_update_that_begins_at_once(client, complete, oauth_app):
    page = client.get(url("settings_add", complete))
    offered = re.findall(r'name="names" value="([^"]+)"', page.content.decode())
    assert offered
    assert "northwind-labs/harbor" not in offered  # it is read already

    answer = client.post(
        url("settings_add", complete), {"names": offered[:1], "account": "northwind-labs"}
    )

    assert answer.headers["Location"] == url("settings", complete)
    words = words_of(client.get(url("settings", complete)))
    assert f"{offered[0]} is added. Reading has begun." in words
    assert "Not read yet." in words
    complete.refresh_from_db()
    assert complete.onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    assert complete.phase1_completed_at is not None
    assert TrackedRepository.objects.filter(team=complete, is_selected=True).count() == 2


def test_a_name_that_github_does_not_show_is_refused_and_nothing_starts(client, complete):
    answer = client.post(
        url("settings_add", complete), {"names": ["northwind-labs/secret"], "account": ""}
    )

    assert answer.status_code == 400
    assert "GitHub does not show northwind-labs/secret to this team." in words_of(answer)
    complete.refresh_from_db()
    assert complete.onboarding_pipeline_status == Status.COMPLETE
    assert complete.repositories.count() == 1


def test_more_than_a_team_may_read_are_refused(client, complete, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_repositories": 1}
    page = client.get(url("settings_add", complete)).content.decode()
    (name, *_) = re.findall(r'name="names" value="([^"]+)"', page)

    answer = client.post(url("settings_add", complete), {"names": [name]})

    assert "One team reads at most 1 repositories, and this one reads 1 already." in words_of(
        answer
    )
    assert complete.repositories.count() == 1


def test_one_that_is_removed_is_read_no_longer_and_the_sentence_says_what_follows(
    client, complete, second
):
    client.post(url("settings_remove", complete, second.pk))

    words = words_of(client.get(url("settings", complete)))
    assert (
        "northwind-labs/elsewhere is not read and not counted any more. Its numbers leave the"
        " dashboard within a minute; what was read of it is kept."
    ) in words
    assert "Read before northwind-labs/elsewhere" in words
    second.refresh_from_db()
    assert not second.is_selected
    assert CountingChange.objects.filter(team=complete).count() == 1
    client.post(url("settings_remove", complete, second.pk))
    assert "That was so already." in words_of(client.get(url("settings", complete)))


def test_the_last_one_cannot_be_removed(client, complete):
    (last,) = complete.repositories.all()

    assert (
        'action="' + url("settings_remove", complete, last.pk)
        not in client.get(url("settings", complete)).content.decode()
    )
    client.post(url("settings_remove", complete, last.pk))

    assert "is the only repository that is read" in words_of(client.get(url("settings", complete)))
    last.refresh_from_db()
    assert last.is_selected


def test_a_repository_of_another_team_is_not_there(client, complete):
    foreign = TrackedRepositoryFactory()

    assert client.post(url("settings_remove", complete, foreign.pk)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_selected


def test_what_is_new_is_read_when_somebody_wants_it(client, complete):
    client.post(url("settings_read", complete))
    client.post(url("settings_read", complete))

    assert PipelineTransition.objects.filter(team=complete, verb="refresh").count() == 1
    words = words_of(client.get(url("settings", complete)))
    assert "Reading what has changed. The dashboard stays open meanwhile." in words
    assert "Bringing the numbers up to date. Watch it" in words


def test_with_a_way_that_is_closed_nothing_is_promised(client, complete):
    Connection.objects.filter(team=complete).update(
        closed_because="GitHub no longer accepts the sign-in. Reconnect GitHub.", token=""
    )

    client.post(url("settings_read", complete))
    assert "Reconnect GitHub" in words_of(client.get(url("settings", complete)))
    words = words_of(client.get(url("settings_add", complete)))

    assert "Reconnect GitHub" in words
    assert PipelineTransition.objects.filter(team=complete).count() == 0


def test_a_team_that_has_not_begun_is_led_to_its_first_choice(client, fresh):
    words = client.get(url("settings", fresh)).content.decode()

    assert "None is chosen yet." in words
    assert url("repositories", fresh) in words
    assert client.get(url("settings_add", fresh)).headers["Location"] == url("connect", fresh)
