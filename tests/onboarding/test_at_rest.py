"""An import that has ended: what it lacks, why it has stopped, and what can be done next."""

import re

import pytest
from django.urls import reverse

from apps.github.api.client import REFUSED
from apps.github.api.replies import RECONNECT
from apps.github.connecting import connections, installations, oauth
from apps.github.models import Connection
from apps.github.webhooks import access
from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, PullRequestAnalysisFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(team):
    return reverse("onboarding:status", args=[team.slug])


def put(team, **columns):
    """The row as a worker or a move would have left it."""
    rows().filter(pk=team.pk).update(**columns)


@pytest.mark.parametrize("status", ["background_llm", "complete"])
def test_what_the_model_has_not_analysed_is_said_with_the_reason(client, url, team, status):
    repository = team.repositories.get()
    team.repositories.update(sync_status="completed")
    put(team, onboarding_pipeline_status=status)
    read = {"pull_request__repository": repository, "pull_request__team": team}
    PullRequestAnalysisFactory(**read)
    PullRequestAnalysisFactory(llm_state="pending", llm_reason="Groq refuses the key.", **read)

    answer = client.get(url)

    assert "1 of 2 analysed, 1 not analysed yet. Groq refuses the key." in answer.text
    assert "All 90 days are read" not in answer.text


def test_all_is_only_said_where_nothing_is_missing(client, url, team):
    put(team, onboarding_pipeline_status="complete")
    assert "The last 90 days are read, with gaps" in client.get(url).text

    team.repositories.update(sync_status="completed")

    assert "All 90 days are read" in client.get(url).text


def test_at_the_end_it_says_how_to_go_on_from_there(client, url, team):
    put(team, onboarding_pipeline_status="complete")

    answer = client.get(url)

    assert "New pull requests are read when somebody asks for an update." in answer.text
    assert reverse("onboarding:move", args=[team.slug, "restart"]) in answer.text
    assert reverse("onboarding:repositories", args=[team.slug]) in answer.text
    assert reverse("onboarding:connect", args=[team.slug]) in answer.text


def test_while_it_runs_it_cannot_be_started_again_from_the_page(client, url, team):
    assert reverse("onboarding:move", args=[team.slug, "restart"]) not in client.get(url).text


@pytest.mark.parametrize(
    "sentence",
    [
        *(RECONNECT, REFUSED, oauth.ENDED, connections.UNREADABLE, connections.DISCONNECTED),
        *(installations.UNINSTALLED, installations.SUSPENDED, access.REVOKED),
    ],
)
def test_a_closed_way_makes_another_one_the_first_choice(client, url, team, sentence):
    put(
        team,
        onboarding_pipeline_status="failed",
        pipeline_failed_step="syncing",
        onboarding_pipeline_error=f"Half of it is read. {sentence}",
    )

    answer = client.get(url)

    assert answer.context["progress"].is_cut_off
    assert re.search(r'btn-primary[^>]*id="reconnect"', answer.text)
    assert "btn-primary" not in answer.text.partition('id="move-retry"')[2]


def close(team, kind="token", because=connections.DISCONNECTED):
    return Connection.objects.create(
        team=team, kind=kind, account_login="lantern", closed_because=because
    )


def offered(answer):
    return set(re.findall(r'id="move-(\w+)"', answer.text))


def test_once_github_is_disconnected_nothing_is_promised_and_no_update_is_offered(
    client, url, team, monkeypatch, settings
):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    put(team, onboarding_pipeline_status="complete", phase1_completed_at="2026-06-01T12:00:00Z")
    assert offered(client.get(url)) == {"refresh", "restart"}
    close(team)

    answer = client.get(url)

    assert f"{connections.DISCONNECTED} Until then nothing new is read" in answer.text
    assert "New pull requests are read" not in answer.text
    assert offered(answer) == set()
    assert re.search(r'btn-primary[^>]*id="reconnect"[^>]*>Reconnect GitHub</a>', answer.text)


def test_who_asks_for_an_update_on_an_old_page_is_told_that_github_is_disconnected(client, team):
    put(team, onboarding_pipeline_status="complete", phase1_completed_at="2026-06-01T12:00:00Z")
    close(team)

    address = reverse("onboarding:move", args=[team.slug, "refresh"])
    answer = client.post(address, follow=True)

    assert connections.DISCONNECTED in answer.context["messages"]._loaded_data[0].message
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == "complete"


@pytest.mark.parametrize(("step", "may"), [("syncing", False), ("llm_processing", True)])
def test_without_github_only_a_step_that_does_not_ask_it_can_be_tried_again(
    client, url, team, step, may
):
    put(team, onboarding_pipeline_status="failed", pipeline_failed_step=step)
    close(team)

    assert ("retry" in offered(client.get(url))) == may


@pytest.mark.parametrize(("kind", "may"), [("token", False), ("app", True)])
def test_what_a_dead_token_has_stopped_is_not_tried_again_with_it(client, url, team, kind, may):
    close(team, kind, because="")
    put(
        team,
        onboarding_pipeline_status="failed",
        pipeline_failed_step="syncing",
        onboarding_pipeline_error=RECONNECT,
    )

    assert ("retry" in offered(client.get(url))) == may


@pytest.mark.parametrize(
    ("kind", "label"), [("token", "Use another token"), ("app", "Change the connection")]
)
def test_who_has_no_token_is_not_asked_for_another_one(client, url, team, kind, label):
    close(team, kind, because="")
    put(team, onboarding_pipeline_status="complete")

    shown = client.get(url).text

    assert f">{label}</a>" in shown
    assert ("another token" in shown) == (kind == "token")


def test_who_has_cancelled_it_is_told_so_without_alarm(client, url, team, person):
    client.post(reverse("onboarding:move", args=[team.slug, "cancel"]))

    answer = client.get(url)

    assert "Cancelled by you." in answer.text
    assert "The import is cancelled" in answer.text
    assert 'role="alert"' not in answer.text

    colleague = MembershipFactory(team=team).user
    client.force_login(colleague)
    assert f"Cancelled by {person.username}." in client.get(url).text


def test_a_repository_that_is_not_read_any_more_is_not_shown_as_whole(client, url, team):
    team.repositories.update(sync_prs_total=40, sync_prs_completed=40)
    put(team, onboarding_pipeline_status="failed", pipeline_failed_step="syncing")

    answer = client.get(url)

    assert "40 read, not all" in answer.text
    assert "at least" not in answer.text


def test_a_failure_tells_its_reason_and_offers_to_try_again(client, url, team):
    put(
        team,
        onboarding_pipeline_status="failed",
        pipeline_failed_step="syncing",
        onboarding_pipeline_error="GitHub refused the token.",
    )

    answer = client.get(url)

    assert "GitHub refused the token." in answer.text
    assert reverse("onboarding:move", args=[team.slug, "retry"]) in answer.text
    assert reverse("onboarding:move", args=[team.slug, "pause"]) not in answer.text
