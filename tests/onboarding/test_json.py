"""Start and status for programs: S-007, S-008, S-023 and what each refusal answers."""

import json
import logging

import pytest
from django.urls import reverse

from apps.accounts.pace import LIMITS
from apps.github.models import Connection, TrackedRepository
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import (
    MembershipFactory,
    PullRequestFactory,
    TeamFactory,
    TrackedRepositoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HARBOR, LANTERN = "northwind-labs/harbor", "northwind-labs/lantern-web"


def url(name, team):
    return reverse(f"onboarding:{name}_json", args=[getattr(team, "slug", team)])


def start(client, team, **body):
    return client.post(url("start", team), json.dumps(body), content_type="application/json")


@pytest.fixture
def connected(fresh, github, client):
    client.post(reverse("onboarding:connect", args=[fresh.slug]), {"token": github.token})
    return fresh


# --- Status -------------------------------------------------------------------------------------


def test_the_status_is_the_pages(client, team):
    told = client.get(url("status", team)).json()

    assert told["status"] == "syncing"
    assert told["headline"] == "Reading the pull requests of the last 30 days"
    assert told["run"] == 1
    assert told["is_active"] is True
    assert told["outcome"] is None
    assert told["first_numbers"] is None
    assert told["repositories"] == [
        {
            "name": "lantern/harbor",
            "state": "reading",
            "listed": 40,
            "fetched": 12,
            "stored": 0,
            "gaps": 0,
            "reason": "",
        }
    ]


def test_what_is_counted_already_is_told(client, team):
    PullRequestFactory(repository=team.repositories.get())

    told = client.get(url("status", team)).json()["first_numbers"]

    assert told["stored"] == 1
    assert set(told["weeks"][0]) == {"monday", "merged", "is_whole"}


def test_while_nothing_changes_the_answer_is_204(client, team):
    version = client.get(url("status", team)).json()["version"]

    assert client.get(url("status", team) + f"?v={version}").status_code == 204


@pytest.mark.parametrize(
    ("repository_status", "status", "outcome"),
    [
        ("completed", "complete", "complete"),
        ("partial", "complete", "complete_with_gaps"),
        ("completed", "failed", "failed"),
    ],
)
def test_every_ending_has_a_name(client, team, repository_status, status, outcome):
    team.repositories.update(sync_status=repository_status)
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=status)

    assert client.get(url("status", team)).json()["outcome"] == outcome


def test_before_the_start_there_is_a_status_too(client, fresh):
    assert client.get(url("status", fresh)).json()["status"] == "not_started"


# --- Start --------------------------------------------------------------------------------------


def test_a_program_starts_what_it_names(client, connected, person):
    answer = start(client, connected, repositories=[HARBOR], account="northwind-labs")

    assert answer.status_code == 202
    assert answer.json() == {
        "run": 1,
        "repositories": [HARBOR],
        "status_url": url("status", connected),
    }
    moved = PipelineTransition.objects.get()
    assert (moved.verb, moved.actor) == ("start", person.username)


def test_who_starts_it_again_gets_the_same_answer_and_no_second_run(client, connected):
    first = start(client, connected, repositories=[HARBOR], account="northwind-labs")

    again = start(client, connected, repositories=[HARBOR], account="northwind-labs")

    assert (again.status_code, again.content) == (202, first.content)
    assert PipelineTransition.objects.count() == 1


def test_other_repositories_than_those_that_run_are_a_conflict(client, connected):
    start(client, connected, repositories=[HARBOR], account="northwind-labs")

    answer = start(client, connected, repositories=[LANTERN], account="northwind-labs")

    assert answer.status_code == 409
    assert "other repositories is running" in answer.json()["error"]
    assert [row.name_with_owner for row in connected.repositories.all()] == [HARBOR]


def test_a_name_that_the_token_does_not_see_starts_nothing_and_is_logged(client, connected, caplog):
    with caplog.at_level(logging.WARNING, "apps.onboarding"):
        answer = start(
            client,
            connected,
            repositories=[HARBOR, "somebody/else"],
            account="northwind-labs",
        )

    assert answer.status_code == 400
    assert answer.json()["error"] == "GitHub does not show somebody/else to this team."
    assert f"Team {connected.pk}: 1 names of repositories were not offered" in caplog.text
    assert not TrackedRepository.objects.exists()
    assert not PipelineTransition.objects.exists()


def test_a_name_that_another_team_reads_is_as_foreign(client, connected):
    TrackedRepositoryFactory(name_with_owner="canary/canary")

    answer = start(client, connected, repositories=["canary/canary"])

    assert answer.status_code == 400
    assert not PipelineTransition.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"repositories": "northwind-labs/harbor"}',
        '{"repositories": [1]}',
        '{"repositories": [], "account": 3}',
        '{"repositories": []}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_understood_is_400_and_starts_nothing(client, connected, body):
    answer = client.post(url("start", connected), body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not PipelineTransition.objects.exists()


def test_without_a_connection_it_is_a_conflict(client, fresh):
    answer = start(client, fresh, repositories=[HARBOR])

    assert answer.status_code == 409
    assert "Connect it first" in answer.json()["error"]
    assert not PipelineTransition.objects.exists()


def test_a_github_that_is_down_is_told_and_starts_nothing(client, connected, settings):
    settings.GITHUB_GRAPHQL_URL = "http://127.0.0.1:9/graphql"

    answer = start(client, connected, repositories=[HARBOR])

    assert answer.status_code == 503
    assert "GitHub could not be reached." in answer.json()["error"]
    assert not PipelineTransition.objects.exists()


def test_too_many_starts_are_429_with_the_time_to_wait(client, fresh):
    most, _ = LIMITS["import"]
    for _ in range(most):
        start(client, fresh)

    answer = start(client, fresh)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "too often" in answer.json()["error"]


# --- Who ----------------------------------------------------------------------------------------


def test_without_a_session_it_is_401_and_no_form(client, team):
    client.logout()

    for answer in (client.get(url("status", team)), start(client, team)):
        assert answer.status_code == 401
        assert answer.json() == {"error": "Sign in first."}


def test_a_foreign_team_and_a_missing_one_are_the_same_404(client, person):
    TeamFactory(slug="foreign", name="Canary", onboarding_pipeline_status="syncing")

    for ask in (lambda slug: client.get(url("status", slug)), lambda slug: start(client, slug)):
        foreign, missing = ask("foreign"), ask("missing")
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content


def test_a_member_may_watch_and_not_start(client, fresh):
    Connection.objects.create(team=fresh, token="ghp_x", viewer_login="mira", account_login="mira")
    colleague = UserFactory()
    MembershipFactory(team=fresh, user=colleague, role="member")
    client.force_login(colleague)

    assert client.get(url("status", fresh)).status_code == 200
    assert start(client, fresh, repositories=[HARBOR]).status_code == 403
    assert not PipelineTransition.objects.exists()
