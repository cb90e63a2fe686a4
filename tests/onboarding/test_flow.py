"""The way in, against a GitHub over real HTTP: team, token, repositories, and the import starts."""

import pytest
from django.urls import reverse

from apps.github.models import Connection, TrackedRepository
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from tests.factories import TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db

HARBOR, LANTERN = "northwind-labs/harbor", "northwind-labs/lantern-web"


def url(step, team):
    return reverse(f"onboarding:{step}", args=[team.slug])


@pytest.fixture
def connected(fresh, github, client):
    client.post(url("connect", fresh), {"token": github.token})
    return fresh


# --- Home ---------------------------------------------------------------------------------------


def test_who_has_no_team_is_led_to_making_one(client, person):
    assert client.get("/").headers["Location"] == reverse("onboarding:create_team")


def test_a_team_without_a_token_is_led_to_github(client, fresh):
    assert client.get("/").headers["Location"] == url("connect", fresh)


def test_a_connected_team_is_led_to_its_repositories(client, connected):
    assert client.get("/").headers["Location"] == url("repositories", connected)


def test_a_started_team_is_led_to_the_first_step_that_is_open(client, team):
    for step in ("jira", "slack"):
        assert client.get("/").headers["Location"] == url(step, team)
        client.post(reverse("onboarding:skip", args=[team.slug, step]))

    assert client.get("/").headers["Location"] == url("status", team)


def test_a_team_with_numbers_is_led_to_its_dashboard(client, team):
    rows().filter(pk=team.pk).update(phase1_completed_at="2026-06-01T12:00:00Z")

    assert client.get("/").headers["Location"] == reverse("dashboard:overview", args=[team.slug])


def test_who_has_several_teams_chooses_one(client, team, fresh):
    shown = client.get("/", follow=True).text

    assert url("jira", team) in shown
    assert url("connect", fresh) in shown


# --- Step 2 -------------------------------------------------------------------------------------


def test_a_good_token_is_kept_and_leads_to_the_repositories(client, fresh, github):
    answer = client.post(url("connect", fresh), {"token": f" {github.token} "})

    assert answer.headers["Location"] == url("repositories", fresh)
    connection = Connection.objects.get(team=fresh)
    assert connection.token == github.token
    assert connection.token_hint == github.token[-4:]


def test_no_page_shows_the_token_again(client, connected, github):
    for step in ("connect", "repositories"):
        assert github.token not in client.get(url(step, connected)).text


def test_a_token_that_github_refuses_says_why_and_is_not_repeated(client, fresh, github):
    answer = client.post(url("connect", fresh), {"token": "ghp_guessed"})

    assert "GitHub does not accept this token" in answer.text
    assert "ghp_guessed" not in answer.text
    assert not Connection.objects.exists()


def test_a_github_that_cannot_be_reached_is_told_apart_from_a_bad_token(client, fresh, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_retries": 0}

    answer = client.post(url("connect", fresh), {"token": "ghp_anything"})

    assert "GitHub could not be reached." in answer.text


def test_without_a_token_nothing_is_asked(client, fresh):
    assert "Paste a token." in client.post(url("connect", fresh), {"token": "  "}).text


def test_only_the_demo_brings_a_token_along(client, fresh, settings):
    settings.DEMO_TOKEN = "ghp_sandbox"
    assert "ghp_sandbox" not in client.get(url("connect", fresh)).text

    settings.DEMO_MODE = True

    assert "ghp_sandbox" in client.get(url("connect", fresh)).text


def test_after_a_refusal_the_field_is_empty_and_says_why(client, fresh, github, settings):
    settings.DEMO_MODE, settings.DEMO_TOKEN = True, "ghp_sandbox"

    answer = client.post(url("connect", fresh), {"token": "ghp_guessed"})

    assert "paste the token again" in answer.text
    assert "ghp_sandbox" not in answer.text
    assert "ghp_guessed" not in answer.text
    assert "the field already holds" not in answer.text


def test_a_new_token_after_a_failure_keeps_the_account(client, connected, github):
    client.post(url("repositories", connected), {"account": "northwind-labs", "names": HARBOR})
    client.post(reverse("onboarding:move", args=["fresh", "cancel"]))

    answer = client.post(url("connect", connected), {"token": f"{github.token}_two"}, follow=True)

    connection = Connection.objects.get(team=connected)
    assert connection.account_login == "northwind-labs"
    assert connection.token == f"{github.token}_two"
    assert "GitHub accepts the token of mira-okafor. The import goes on with it." in answer.text
    connected.refresh_from_db()
    assert connected.onboarding_pipeline_status == "syncing_members"


def test_a_new_token_for_an_import_that_runs_is_only_taken_note_of(client, connected, github):
    client.post(url("repositories", connected), {"account": "northwind-labs", "names": HARBOR})

    answer = client.post(url("connect", connected), {"token": f"{github.token}_two"}, follow=True)

    assert "GitHub accepts the token of mira-okafor. It is used from now on." in answer.text
    assert PipelineTransition.objects.count() == 1


# --- Step 3 -------------------------------------------------------------------------------------


def test_without_a_token_the_repositories_lead_back_to_github(client, fresh):
    assert client.get(url("repositories", fresh)).headers["Location"] == url("connect", fresh)
    assert client.post(url("repositories", fresh)).headers["Location"] == url("connect", fresh)


def test_the_organisations_repositories_are_offered_and_the_active_ones_chosen(client, connected):
    answer = client.get(url("repositories", connected))

    assert answer.context["chosen"] == {HARBOR, LANTERN}
    assert f'value="{HARBOR}" checked' in answer.text
    assert "2</span> of 2 chosen" in answer.text


def test_another_account_can_be_looked_at(client, connected):
    account = Connection.objects.get(team=connected).viewer_login

    answer = client.get(url("repositories", connected), {"account": account})

    assert answer.context["account"] == account


def test_choosing_starts_the_import_and_leads_on_to_jira(client, connected, person):
    answer = client.post(
        url("repositories", connected), {"account": "northwind-labs", "names": [HARBOR]}
    )

    assert answer.headers["Location"] == url("jira", connected)
    assert [row.name_with_owner for row in connected.repositories.all()] == [HARBOR]
    assert Connection.objects.get(team=connected).account_login == "northwind-labs"
    started = PipelineTransition.objects.get(team_id=connected.pk)
    assert (started.verb, started.actor) == ("start", person.username)


def test_an_empty_choice_starts_nothing(client, connected):
    answer = client.post(url("repositories", connected), {"account": "northwind-labs"})

    assert "Choose at least one repository." in answer.text
    assert not PipelineTransition.objects.exists()


def test_a_name_that_was_not_offered_is_refused_and_nothing_starts(client, connected):
    answer = client.post(
        url("repositories", connected),
        {"account": "northwind-labs", "names": [HARBOR, "somebody/else"]},
    )

    assert answer.status_code == 400
    assert "GitHub does not show somebody/else to this team." in answer.text
    assert not TrackedRepository.objects.exists()
    assert not PipelineTransition.objects.exists()


def test_a_second_post_starts_no_second_run(client, connected):
    choice = {"account": "northwind-labs", "names": [HARBOR]}
    client.post(url("repositories", connected), choice)

    answer = client.post(url("repositories", connected), choice)

    assert answer.headers["Location"] == url("jira", connected)
    assert PipelineTransition.objects.count() == 1


def test_while_an_import_runs_its_repositories_stay_as_they_are(client, team, github):
    answer = client.post(url("repositories", team), {"names": [HARBOR]})

    assert answer.headers["Location"] in (url("jira", team), url("connect", team))
    assert [row.name_with_owner for row in team.repositories.all()] == ["lantern/harbor"]


def test_after_its_end_other_repositories_start_it_again(client, connected):
    client.post(url("repositories", connected), {"account": "northwind-labs", "names": [HARBOR]})
    client.post(reverse("onboarding:move", args=["fresh", "cancel"]))
    again = client.get(url("repositories", connected))
    assert again.context["chosen"] == {HARBOR}
    assert f"1 repository of northwind-labs ({HARBOR})" in again.text
    assert url("status", connected) in again.text

    client.post(url("repositories", connected), {"account": "northwind-labs", "names": [LANTERN]})

    chosen = connected.repositories.filter(is_selected=True)
    assert [row.name_with_owner for row in chosen] == [LANTERN]
    assert PipelineTransition.objects.latest("ticket").verb == "restart"


def test_a_revoked_token_says_so_and_offers_another(client, connected):
    connection = Connection.objects.get(team=connected)
    connection.hold("ghp_revoked")
    connection.save()

    answer = client.get(url("repositories", connected))

    assert "GitHub no longer accepts the token that ends in oked." in answer.text
    assert f'href="{url("connect", connected)}">Reconnect GitHub' in answer.text
    assert "Try again" not in answer.text


def test_a_github_that_is_down_promises_no_choice_and_can_be_asked_again(
    client, connected, settings
):
    settings.GITHUB_GRAPHQL_URL = "http://127.0.0.1:9/graphql"

    answer = client.get(url("repositories", connected) + "?account=northwind-labs")

    assert "GitHub could not be reached." in answer.text
    assert f'href="{url("repositories", connected)}?account=northwind-labs"' in answer.text
    assert "are chosen already" not in answer.text


# --- Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["connect", "repositories"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_a_foreign_team_looks_like_none(client, person, step, method):
    foreign = TeamFactory(slug="foreign", name="Canary")
    TrackedRepositoryFactory(team=foreign, name_with_owner="canary/canary")

    answer = getattr(client, method)(url(step, foreign))
    missing = getattr(client, method)(reverse(f"onboarding:{step}", args=["missing"]))

    assert answer.status_code == missing.status_code
    assert answer.status_code in (404, 405)
    assert answer.content == missing.content


@pytest.mark.parametrize("step", ["connect", "repositories"])
def test_a_plain_member_may_not_change_what_is_read(client, fresh, step):
    fresh.memberships.update(role="member")

    assert client.get(url(step, fresh)).status_code == 403
    assert client.post(url(step, fresh), {"token": "ghp_x"}).status_code == 403
    assert not Connection.objects.exists()
