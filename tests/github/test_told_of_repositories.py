"""What GitHub tells of a repository is looked up by those whose way leads to it, not believed."""

import pytest

from apps.github.models import Delivery, TrackedRepository
from apps.github.webhooks.access import TAKEN_AWAY
from tests.factories import PullRequestFactory, TrackedRepositoryFactory
from tests.github import hooks
from tests.github.fakes import pull_request
from tests.github.hooks import INSTALLATION, another_team, by_app, send
from tests.github.running import sync_older, sync_recent, track

pytestmark = pytest.mark.usefixtures("hints")

SyncStatus = TrackedRepository.SyncStatus


def test_a_repository_taken_out_of_the_installation_is_disabled_and_its_history_stays(
    team, web, tell
):
    """R-26"""
    by_app(team)
    PullRequestFactory(repository=web)
    by_token = another_team(web)
    kept = TrackedRepositoryFactory(team=team, github_id=5, sync_status=SyncStatus.COMPLETED)

    tell(("installation_repositories", hooks.taken_away(web)))

    web.refresh_from_db()
    assert (web.sync_status, web.sync_error) == (SyncStatus.FAILED, TAKEN_AWAY)
    assert "no longer accessible" in web.sync_error
    assert web.is_selected
    assert web.pull_requests.count() == 1
    for row in (by_token, kept):
        before = row.sync_status
        row.refresh_from_db()
        assert row.sync_status == before


def test_a_repository_that_is_given_back_is_looked_up(team, web, tell):
    """R-26: what such a look leads to is told in test_refreshing."""
    by_app(team)
    tell(("installation_repositories", hooks.taken_away(web)))
    TrackedRepository.objects.update(told_at=None)
    another_team(web, kind="app", installation_id=INSTALLATION + 1)

    tell(("installation_repositories", hooks.given(web)))

    assert list(TrackedRepository.objects.filter(told_at__isnull=False)) == [web]


def test_of_taken_away_and_given_back_neither_has_the_last_word(team, web, tell):
    """Whichever comes first, the next run asks GitHub."""
    by_app(team)

    tell(
        ("installation_repositories", hooks.given(web)),
        ("installation_repositories", hooks.taken_away(web)),
    )

    web.refresh_from_db()
    assert web.told_at is not None


def test_repositories_that_nobody_chose_are_given_to_nobody(team, web, client):
    by_app(team)
    body = hooks.given(TrackedRepository(github_id=8, name_with_owner="acme/new"))

    assert send(client, "installation_repositories", body).status_code == 202

    assert not Delivery.objects.exists()
    assert TrackedRepository.objects.get() == web


@pytest.mark.parametrize(
    "action",
    [
        *("deleted", "renamed", "transferred", "archived", "unarchived"),
        *("privatized", "publicized"),
    ],
)
def test_what_is_told_of_a_repository_is_not_believed_but_looked_up(web, tell, action):
    """R-25, R-26: it may come late, or twice, or after its opposite."""
    told = about(web)

    tell(("repository", hooks.about_repository(action, web, full_name="new/site", private=True)))

    web.refresh_from_db()
    assert about(web) == told
    assert web.told_at is not None


def about(row):
    return row.name_with_owner, row.is_archived, row.is_private, row.sync_status, row.sync_error


def test_a_repository_is_told_of_to_those_whose_way_leads_to_it(web, tell):
    """The new name of what a team may no longer read is not its business."""
    by_token = another_team(web)
    by_its_app = another_team(web, kind="app", installation_id=INSTALLATION)
    by_another = another_team(web, kind="app", installation_id=INSTALLATION + 1)
    unselected = another_team(web)
    TrackedRepository.objects.filter(pk=unselected.pk).update(is_selected=False)

    tell(("repository", hooks.about_repository("renamed", web, full_name="acme/secret-plan")))

    told = set(TrackedRepository.objects.filter(told_at__isnull=False))
    assert told == {web, by_token, by_its_app}
    assert by_another not in told
    assert not TrackedRepository.objects.filter(name_with_owner="acme/secret-plan").exists()


@pytest.mark.parametrize("order", [("archived", "unarchived"), ("unarchived", "archived")])
def test_a_renamed_and_archived_repository_is_as_github_has_it_after_the_next_run(
    github, team, tell, order
):
    """R-25"""
    row = track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    row.refresh_from_db()
    github.repositories["R_acme/web"] |= {"nameWithOwner": "new/site", "isArchived": True}

    tell(*(("repository", hooks.about_repository(action, row)) for action in order))
    sync_older(team)

    row.refresh_from_db()
    assert (row.name_with_owner, row.is_archived) == ("new/site", True)
