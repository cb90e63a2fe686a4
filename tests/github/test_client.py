"""The client asks again where that helps, waits as long as a worker may, keeps the token."""

import httpx
import pytest
import respx

from apps.github.client import GitHubClient, open_client
from apps.github.credentials import PlainToken
from apps.github.errors import (
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubTooFast,
    GitHubUnavailable,
)
from apps.github.queries import VIEWER

URL = "http://github.test/graphql"
ANSWER = httpx.Response(200, json={"data": {"viewer": {"login": "ada"}}})
GATEWAY = httpx.Response(502, html="<html>")


@pytest.fixture
def router():
    with respx.mock as router:
        yield router


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def client(sleeps):
    with GitHubClient(
        PlainToken("ghp_secret"),
        url=URL,
        timeout=1,
        max_retries=3,
        retry_delay=0.5,
        sleep=sleeps.append,
    ) as client:
        yield client


def test_a_connection_that_breaks_is_tried_again_after_growing_pauses(router, client, sleeps):
    broken = httpx.ConnectError("refused")
    router.post(URL).mock(side_effect=[broken, httpx.ReadError("reset"), ANSWER])

    answer = client.query(VIEWER)

    assert answer.at("viewer", "login") == "ada"
    assert [pause for pause in sleeps if pause] == [0.5, 1.0]


def test_it_gives_up_after_the_configured_tries(router, client):
    route = router.post(URL).mock(side_effect=httpx.ConnectError("refused"))

    with pytest.raises(GitHubUnavailable, match="could not be reached"):
        client.query(VIEWER)

    assert route.call_count == 4


def test_a_question_that_is_too_much_is_not_repeated_for_the_impatient(router, client):
    route = router.post(URL).mock(return_value=GATEWAY)

    with pytest.raises(GitHubTimeout):
        client.query(VIEWER, patient=False)

    assert route.call_count == 1


def test_an_answer_that_does_not_come_in_time_is_a_timeout(router, client):
    router.post(URL).mock(side_effect=httpx.ReadTimeout("slow"))

    with pytest.raises(GitHubTimeout):
        client.query(VIEWER, patient=False)


def test_a_short_pause_holds_back_every_thread_of_the_client(router, client, sleeps):
    limited = httpx.Response(
        403, json={"message": "secondary rate limit"}, headers={"Retry-After": "2"}
    )
    router.post(URL).mock(side_effect=[limited, ANSWER, ANSWER])

    client.query(VIEWER)
    client.query(VIEWER)

    assert [round(pause) for pause in sleeps if pause] == [2, 2]


def test_a_long_pause_is_the_pipelines_to_wait_for(router, client, sleeps):
    limited = httpx.Response(
        403, json={"message": "secondary rate limit"}, headers={"Retry-After": "30"}
    )
    router.post(URL).mock(return_value=limited)

    with pytest.raises(GitHubTooFast):
        client.query(VIEWER)

    assert not any(sleeps)


def test_a_github_that_answers_nothing_at_all_is_down(router, client):
    router.post(URL).mock(return_value=GATEWAY)

    with pytest.raises(GitHubUnavailable, match="does not answer"):
        client.make_sure_it_answers()


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tökèn"])
def test_what_cannot_be_a_token_is_refused_without_being_quoted(token):
    with pytest.raises(GitHubTokenRejected) as caught:
        open_client(token)

    assert not token or token not in str(caught.value)


def test_settings_say_where_github_is(settings, router):
    settings.GITHUB_GRAPHQL_URL = "http://elsewhere.test/api/graphql"
    route = router.post("http://elsewhere.test/api/graphql").mock(return_value=ANSWER)

    with open_client("ghp_secret") as client:
        client.query(VIEWER)

    assert route.calls.last.request.headers["Authorization"] == "Bearer ghp_secret"


def test_the_token_is_in_no_representation(client):
    assert "ghp_secret" not in repr(client)
