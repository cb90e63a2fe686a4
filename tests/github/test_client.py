"""The client asks again where that helps, waits as long as a worker may, keeps the token."""

import time

import httpx
import pytest
import respx

from apps.github.api.client import GitHubClient, open_client
from apps.github.api.credentials import Credentials, PlainToken, Priority
from apps.github.api.errors import (
    GitHubRateLimited,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubTooFast,
    GitHubUnavailable,
)
from apps.github.api.limiter import Limiter
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.queries import VIEWER
from tests.github.faults import too_fast
from tests.github.stories import RULES, Clock

URL = "http://github.test/graphql"
ANSWER = httpx.Response(200, json={"data": {"viewer": {"login": "ada"}}})
REJECTED = httpx.Response(401, json={"message": "Bad credentials"})
GATEWAY = httpx.Response(502, html="<html>")


@pytest.fixture
def router():
    with respx.mock as router:
        yield router


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(sleeps, clock):
    """Opens clients of one budget; whoever sleeps lets the time pass."""
    limits = LimitsInProcess(RULES, clock=clock)

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        clock.now += seconds

    def open_one(credentials: Credentials) -> GitHubClient:
        return GitHubClient(
            credentials,
            url=URL,
            timeout=1,
            limiter=Limiter(limits, priority=Priority.PHASE1, at_once=RULES.start, sleep=sleep),
            max_retries=3,
            retry_delay=0.5,
            sleep=sleep,
        )

    return open_one


@pytest.fixture
def client(opened):
    with opened(PlainToken("ghp_secret")) as client:
        yield client


class Renewable:
    """Credentials that have further tokens."""

    budget = "installation:1"

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.rejected: list[str] = []

    def token(self) -> str:
        return self._tokens[0]

    def renewed(self, rejected: str) -> str | None:
        self.rejected.append(rejected)
        if len(self._tokens) > 1:
            self._tokens.pop(0)
            return self._tokens[0]
        return None


def tokens_of(route: respx.Route) -> list[str]:
    return [call.request.headers["Authorization"].removeprefix("Bearer ") for call in route.calls]


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


def test_a_short_pause_holds_back_every_client_of_the_budget(router, opened, clock):
    asked_at = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked_at.append(clock.now)
        return ANSWER if len(asked_at) > 1 else too_fast(2)

    router.post(URL).mock(side_effect=answer)
    with opened(PlainToken("ghp_secret")) as one, opened(PlainToken("ghp_other")) as other:
        one.query(VIEWER)
        clock.now -= 2  # as if it had asked at the same time
        other.query(VIEWER)

    assert [moment - asked_at[0] for moment in asked_at] == [0, 2, 2]


def test_a_short_pause_is_waited_for_in_the_call(router, client, sleeps):
    router.post(URL).mock(side_effect=[too_fast(2), ANSWER])

    client.query(VIEWER)

    assert [pause for pause in sleeps if pause] == [2]


def test_a_long_pause_is_the_pipelines_to_wait_for(router, client, sleeps):
    router.post(URL).mock(return_value=too_fast(30))

    with pytest.raises(GitHubTooFast, match="GitHub asks for a pause until"):
        client.query(VIEWER)

    assert not any(sleeps)


def test_nobody_of_the_budget_asks_while_a_long_pause_lasts(router, client, sleeps):
    route = router.post(URL).mock(return_value=too_fast(30))
    for _ in range(3):
        with pytest.raises(GitHubTooFast) as caught:
            client.query(VIEWER)

    assert route.call_count == 1
    assert caught.value.retry_after == 30


def test_a_pause_that_github_does_not_name_doubles_while_it_repeats(router, client, clock):
    router.post(URL).mock(
        return_value=httpx.Response(403, json={"message": "secondary rate limit"})
    )
    waits = []
    for _ in range(3):
        with pytest.raises(GitHubTooFast) as caught:
            client.query(VIEWER)
        waits.append(caught.value.retry_after)
        clock.now += waits[-1]

    assert waits == [60, 120, 240]


def test_the_last_points_of_the_hour_are_kept_for_pages(router, client, opened):
    headers = {"x-ratelimit-remaining": "200", "x-ratelimit-limit": "5000"}
    later = {"x-ratelimit-reset": str(int(time.time()) + 900)}
    answer = httpx.Response(200, json={"data": {}}, headers={**headers, **later})
    route = router.post(URL).mock(return_value=answer)
    client.query(VIEWER)

    with pytest.raises(GitHubRateLimited, match="What is left is kept for what"):
        client.query(VIEWER)

    assert route.call_count == 1


def test_points_of_rest_are_not_ours(router, client):
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-limit": "5000",
        "x-ratelimit-resource": "core",
    }
    answer = httpx.Response(200, json={"data": {}}, headers=headers)
    route = router.post(URL).mock(return_value=answer)

    client.query(VIEWER)
    client.query(VIEWER)

    assert route.call_count == 2


def test_a_rejected_token_is_renewed_once_and_the_question_asked_again(router, opened):
    route = router.post(URL).mock(side_effect=[REJECTED, ANSWER, ANSWER])
    credentials = Renewable("old", "new")
    with opened(credentials) as client:
        client.query(VIEWER)
        client.query(VIEWER)

    assert tokens_of(route) == ["old", "new", "new"]
    assert credentials.rejected == ["old"]


def test_a_token_that_another_thread_has_renewed_meanwhile_is_taken(router, opened):
    credentials = Renewable("old", "new", "newer")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer old":
            credentials.renewed("old")  # by another thread, while we were asking
            return REJECTED
        return ANSWER

    route = router.post(URL).mock(side_effect=answer)
    with opened(credentials) as client:
        client.query(VIEWER)

    assert tokens_of(route) == ["old", "new"]
    assert credentials.rejected == ["old"]


def test_a_renewed_token_that_is_rejected_too_is_the_last(router, opened):
    route = router.post(URL).mock(return_value=REJECTED)
    with opened(Renewable("old", "new", "newer")) as client:
        for _ in range(3):
            with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
                client.query(VIEWER)

    assert tokens_of(route) == ["old", "new"]


def test_after_a_rejection_nothing_more_is_asked(router, client):
    route = router.post(URL).mock(side_effect=[REJECTED, ANSWER])

    for _ in range(3):
        with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
            client.query(VIEWER)

    assert route.call_count == 1


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
