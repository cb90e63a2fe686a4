"""GitHub says no to somebody who looks at a page: what happened, and what can be done about it."""

import html
import re

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from apps.github.api.errors import GitHubQueryRejected
from apps.github.connecting.connections import disconnect
from apps.github.models import Connection
from apps.onboarding.refusals import on_a_page
from apps.pipeline.rows import rows
from tests.factories import TrackedRepositoryFactory
from tests.limits import forget_limits
from tests.onboarding.at_github import connect_by_app, connect_by_sign_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(fresh, github, client):
    client.post(url("connect", fresh), {"token": github.token})
    return fresh


@pytest.fixture
def refused(connected, client, github):
    """A team whose token GitHub takes no more, after a page that has met that."""
    github.github.change({"revoke": github.token})
    client.get(url("repositories", connected))
    yield connected
    github.github.change({"restore": github.token})


@pytest.fixture
def used_up(github):
    github.github.change({"remaining": 0, "reset_in": 720})
    yield github
    github.github.change({"remaining": 5000, "reset_in": 3600})


def text(answer):
    return html.unescape(answer.text)


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- A bad moment -------------------------------------------------------------------------------


def test_a_used_up_hour_says_what_happened_and_when_to_try_again(client, fresh, used_up):
    shown = text(client.post(url("connect", fresh), {"token": used_up.token}))

    assert re.search(
        r"This hour's requests to GitHub are used up\. GitHub allows more requests at "
        r"\d\d:\d\d UTC\. Try again then, in 12 minutes\.",
        shown,
    )


def test_what_github_did_not_answer_to_is_kept_and_need_not_be_found_again(client, fresh, used_up):
    shown = client.post(url("connect", fresh), {"token": used_up.token}).text
    assert "kept for ten minutes" in shown
    assert used_up.token not in shown
    assert used_up.token not in str(dict(client.session))
    used_up.github.change({"remaining": 5000, "reset_in": 3600})
    forget_limits()  # twelve minutes later

    client.post(url("connect", fresh), {"token": ""})

    assert Connection.objects.get(team=fresh).token == used_up.token
    assert "kept for ten minutes" not in client.get(url("connect", fresh)).text


def test_a_token_that_github_refuses_is_not_kept(client, fresh, github):
    client.post(url("connect", fresh), {"token": "ghp_guessed"})

    assert "Paste a token." in client.post(url("connect", fresh), {"token": ""}).text


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("502", "GitHub has trouble answering (status 502). Try again in a minute."),
        ("empty", "Try again in a minute."),
    ],
)
def test_a_moment_without_an_answer_says_so_and_to_try_again(
    client, fresh, github, fault, sentence
):
    github.github.change({"next": [fault]})

    assert sentence in text(client.post(url("connect", fresh), {"token": github.token}))


def test_a_fault_of_ours_is_not_told_in_githubs_words():
    assert on_a_page(GitHubQueryRejected("status 400: Problems parsing JSON")).startswith(
        "GitHub does not take the question."
    )


@pytest.mark.parametrize("token", ["ghp_\0sandbox", "ghp_" + "x" * 5000])
def test_what_cannot_be_a_token_is_told_in_words_for_people(client, fresh, token):
    answer = client.post(url("connect", fresh), {"token": token})

    assert "This is not a GitHub token." in answer.text


# --- A token that is refused --------------------------------------------------------------------


def test_a_refused_token_is_known_on_the_page_of_the_connection(client, refused):
    shown = client.get(url("connect", refused)).text

    assert "GitHub no longer accepts the token that ends in demo." in shown
    assert "Connected as" not in shown


def test_trying_again_with_what_is_still_refused_changes_nothing(client, refused):
    answer = client.post(url("try_stored", refused))

    assert told(answer) == [
        "GitHub still does not accept it. Choose another way to connect, below."
    ]
    assert not Connection.objects.get(team=refused).is_open


def test_whom_github_refused_by_mistake_gets_in_again_without_the_token(client, refused, github):
    github.github.change({"restore": github.token})

    answer = client.post(url("try_stored", refused))

    assert answer.headers["Location"] == url("repositories", refused)
    assert Connection.objects.get(team=refused).is_open


def test_a_run_that_has_failed_for_it_goes_on_then(client, refused, github):
    rows().filter(pk=refused.pk).update(
        onboarding_pipeline_status="failed", pipeline_failed_step="syncing", pipeline_run=1
    )
    github.github.change({"restore": github.token})

    answer = client.post(url("try_stored", refused))

    assert told(answer) == ["GitHub accepts it again. The import goes on with it."]


def test_where_nothing_is_left_to_try_no_try_is_offered(client, connected):
    disconnect(connected)

    assert url("try_stored", connected) not in client.get(url("connect", connected)).text
    assert client.post(url("try_stored", connected)).headers["Location"] == url(
        "connect", connected
    )


def test_without_a_way_the_choice_leads_to_a_new_one_and_to_nothing_else(client, connected):
    rows().filter(pk=connected.pk).update(
        onboarding_pipeline_status="complete", phase1_completed_at=timezone.now()
    )
    disconnect(connected)

    shown = client.get(url("repositories", connected)).text

    assert f'href="{url("connect", connected)}">Reconnect GitHub' in shown
    assert "Try again" not in shown


# --- Other ways than a token --------------------------------------------------------------------


def test_who_installed_the_app_reads_nothing_of_tokens(client, fresh, github_app):
    answer = connect_by_app(client, fresh)
    assert told(answer) == ["Connected by the GitHub App in northwind-labs."]

    shown = client.get(url("repositories", fresh)).text

    assert "token" not in re.sub(r"<[^>]*>", "", shown)
    assert "The GitHub App sees those that it was given in" in shown


def test_who_signed_in_reads_nothing_of_tokens(client, fresh, oauth_app):
    answer = connect_by_sign_in(client, fresh)
    [said] = told(answer)
    assert said.startswith("Connected by the sign-in of ")

    shown = client.get(url("repositories", fresh)).text

    assert "token" not in re.sub(r"<[^>]*>", "", shown)
    assert "may read at GitHub is seen here" in shown


def test_another_account_is_not_called_the_teams_before_somebody_says_so(client, connected):
    Connection.objects.update(viewer_login="somebody", viewer_id=1)
    client.post(url("connect", connected), {"token": "ghp_sandbox_two"})

    shown = client.get(url("confirm", connected)).text

    assert "Now it is" not in shown
    assert "what was read stays" not in shown
    assert "If you use it" in shown

    TrackedRepositoryFactory(team=connected)
    assert "what was read stays" in client.get(url("confirm", connected)).text


def test_a_name_that_can_be_none_is_not_repeated_in_full(client, connected):
    answer = client.post(
        url("repositories", connected),
        {"account": "northwind-labs", "names": ["x/" + "y" * 20_000]},
    )

    assert answer.status_code == 400
    assert len(max(re.findall("y+", answer.text), key=len)) < 140
