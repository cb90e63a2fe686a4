"""
R-19, R-20: a way to GitHub that is lost while a run is under way, and found again.

What each kind of refusal does by itself is held next door (`test_ways_closed_and_opened`,
`test_three_ways`, `test_what_people_see`); these are the whole stories, as a team lives them.
"""

import html
from datetime import timedelta

import httpx
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.github.api.errors import GitHubTokenRejected
from apps.github.choosing.selection import select_repositories
from apps.github.connecting import installations
from apps.github.models import Connection, PullRequest, PullRequestKey
from apps.github.syncing import sync
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from apps.pipeline.runner import run_step
from tests.claims import claim
from tests.factories import MembershipFactory
from tests.github import hooks
from tests.github.fakes import DETAILS, KEYS, NOW, pull_request
from tests.github.hooks import by_app
from tests.github.running import stored, sync_recent, track
from tests.github.test_three_ways import HARBOR, by_installation, by_sign_in, read

pytestmark = pytest.mark.django_db

ALL = set(range(1, 101))  # four requests of details


@pytest.fixture
def page(client, team):
    """The status page of the team, as its admin reads it."""
    client.force_login(MembershipFactory(team=team).user)
    return lambda: html.unescape(client.get(reverse("onboarding:status", args=[team.slug])).text)


@pytest.fixture
def one_by_one(settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"github_parallel_max": 1}


@pytest.fixture
def long_list(github, team, one_by_one):
    return track(team, github.add_repository("acme/web", *[pull_request(n) for n in ALL]))


def work(team, *, begun=True):
    """Run the step of syncing as a worker does; the team's row after it."""
    if begun:
        claim(team, Status.SYNCING, onboarding_pipeline_error="")
    row = rows().get(pk=team.pk)
    rows().filter(pk=team.pk).update(
        pipeline_claimed=row.pipeline_ticket - 1, pipeline_not_before=None
    )
    run_step(
        sync.recent,
        task="apps.github.tasks.sync_recent",
        team_id=team.pk,
        ticket=row.pipeline_ticket,
        task_id="",
    )
    return rows().get(pk=team.pk)


def unauthorized():
    return httpx.Response(401, json={"message": "Bad credentials"})


def revoked_after(pages):
    """The token is good for so many requests of details; from then on GitHub refuses everything."""
    seen = []

    def refuse(name, variables):
        if name == DETAILS:
            seen.append(name)
        return unauthorized() if len(seen) > pages else None

    return refuse


# --- the token is revoked -------------------------------------------------------------------


def test_a_token_that_is_revoked_mid_run_stops_it_within_a_page_and_loses_nothing(
    github, team, long_list, page
):
    """R-19: one more page is asked for at most; what was read stays; the state is named."""
    github.faults.append(revoked_after(2))

    row = work(team)

    assert github.count(DETAILS) <= 2 + 2  # the refused one, and once more to be sure
    assert len(stored(team)) == 50
    assert row.onboarding_pipeline_status == Status.FAILED
    assert row.pipeline_failed_step == Status.SYNCING
    assert "Reconnect GitHub" in row.onboarding_pipeline_error
    connection = Connection.objects.get(team=team)
    assert not connection.is_open
    assert connection.closed_because == row.onboarding_pipeline_error
    shown = page()
    assert connection.closed_because in shown
    assert f'href="{reverse("onboarding:connect", args=[team.slug])}"' in shown


def test_after_a_reconnect_the_run_resumes_from_the_cursor(github, team, long_list, page):
    """R-19: no pull request that is stored is asked for again, and the list is not read anew."""
    github.faults.append(revoked_after(2))
    work(team)
    before = dict(PullRequest.objects.values_list("number", "fetched_at"))
    github.faults.clear()
    github.asked.clear()
    connection = Connection.objects.get(team=team)
    connection.token, connection.closed_because = "ghp_another", ""
    connection.save()

    move(team.pk, "retry", actor="ada")
    row = work(team, begun=False)

    assert stored(team) == ALL
    assert github.count(DETAILS) == 2  # 50 of 100 were left
    assert github.count(KEYS) == 1  # what is new at the top
    kept = dict(PullRequest.objects.filter(number__in=before).values_list("number", "fetched_at"))
    assert kept == before
    assert row.onboarding_pipeline_status == Status.LLM_PROCESSING
    assert row.pipeline_run == 1  # the same run
    assert "Bearer ghp_another" in github.tokens


def test_a_retry_without_a_reconnect_fails_with_the_same_sentence(github, team, long_list):
    """R-19: and asks one trivial question, not for pages."""
    github.faults.append(revoked_after(2))
    first = work(team)
    github.asked.clear()

    move(team.pk, "retry", actor="ada")
    again = work(team, begun=False)

    assert again.onboarding_pipeline_error == first.onboarding_pipeline_error
    assert github.count(DETAILS) == github.count(KEYS) == 0
    assert len(stored(team)) == 50


@pytest.mark.parametrize(
    ("action", "sentence"),
    [("suspend", installations.SUSPENDED), ("deleted", installations.UNINSTALLED)],
)
def test_an_app_that_is_suspended_or_uninstalled_mid_run_fences_the_next_page(
    team, web, tell, page, action, sentence
):
    """R-19: the webhook's word is enough; GitHub need not refuse anything first."""
    by_app(team)
    running = claim(team, Status.SYNCING)
    with running.batch():
        PullRequestKey.objects.create(
            repository=web, number=1, node_id="PR_1", updated_at=NOW, state="pending"
        )

    tell(("installation", hooks.installation(action)))

    with pytest.raises(TicketLost), running.batch():
        pytest.fail("the next page is not stored")
    assert PullRequestKey.objects.count() == 1
    row = rows().get(pk=team.pk)
    assert (row.onboarding_pipeline_status, row.onboarding_pipeline_error) == (
        Status.FAILED,
        sentence,
    )
    assert sentence in page()


def test_a_suspension_that_is_lifted_resumes_the_run_by_itself(team, web, tell):
    """R-19: at the step at which it had stopped, in the same run."""
    by_app(team)
    claim(team, Status.LLM_PROCESSING)
    tell(("installation", hooks.installation("suspend", at=NOW)))

    tell(("installation", hooks.installation("unsuspend", at=NOW + timedelta(hours=1))))

    row = rows().get(pk=team.pk)
    assert row.onboarding_pipeline_status == Status.LLM_PROCESSING
    assert row.pipeline_run == 1
    assert Connection.objects.get(team=team).is_open


def test_a_sandbox_that_suspends_the_app_stops_the_step_that_runs(github_app):
    """R-19: over real HTTP, where no webhook has arrived."""
    team = by_installation(github_app)
    select_repositories(team, [HARBOR])
    syncing = claim(team, Status.SYNCING, onboarding_pipeline_started_at=timezone.now())
    [made] = github_app.grants.installations.values()
    made.is_suspended = True

    with pytest.raises(GitHubTokenRejected, match="suspended"):
        sync.recent(syncing)

    assert not Connection.objects.get(team=team).is_open


# --- whoever has connected leaves the organisation ------------------------------------------


def test_an_app_goes_on_when_the_person_who_has_installed_it_leaves(github_app, tell):
    """R-20: the installation is the organisation's; their own permission is not asked for."""
    team = by_installation(github_app)
    Connection.objects.update(viewer_login="ada", viewer_id=42)

    tell(("github_app_authorization", hooks.revoked(42)))
    read(team)

    assert Connection.objects.get(team=team).is_open
    assert PullRequest.objects.exists()


def test_a_sign_in_of_who_has_left_is_a_named_state(github, team, long_list, page):
    """R-20: the token lives, and sees none of the organisation's private repositories any more."""
    Connection.objects.update(kind="oauth", viewer_login="ada")
    sync_recent(team)
    github.repositories.clear()  # what GitHub answers to a stranger: there is no such thing
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=Status.SYNCING)

    row = work(team)

    assert row.onboarding_pipeline_status == Status.FAILED
    assert "None of the" in row.onboarding_pipeline_error
    assert "acme/web: No longer accessible" in row.onboarding_pipeline_error
    assert row.onboarding_pipeline_error in page()
    assert stored(team) == ALL
    long_list.refresh_from_db()
    assert long_list.is_selected


def test_a_sign_in_that_is_taken_back_is_named_with_its_person(github_app, tell):
    """R-20: as GitHub does it where an owner removes somebody and their sessions."""
    team = by_sign_in(github_app)
    Connection.objects.update(viewer_login="ada", viewer_id=42)
    claim(team, Status.SYNCING)

    tell(("github_app_authorization", hooks.revoked(42)))

    row = rows().get(pk=team.pk)
    assert row.onboarding_pipeline_status == Status.FAILED
    assert "ada has taken our permission back" in row.onboarding_pipeline_error
