"""Each of GitHub's ways to say no is its own error, with a sentence for the team."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from apps.core.errors import PermanentError, TransientError
from apps.github.api.errors import (
    GitHubElsewhere,
    GitHubError,
    GitHubForbidden,
    GitHubNotFound,
    GitHubQueryRejected,
    GitHubRateLimited,
    GitHubSsoRequired,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubTooFast,
    GitHubUnavailable,
)
from apps.github.api.replies import Reply, clock, read, seconds_until_reset
from tests.journeys.stand_ins import SHARED, needs_shared

#: What errors.json calls a shape → what it is here, and where the query looked for its answer.
RECORDED: dict[str, tuple[type[GitHubError], tuple[str, ...]]] = {
    "not_found_repository": (GitHubNotFound, ("repository",)),
    "not_found_pull_request": (GitHubNotFound, ("repository", "pullRequest")),
    "primary_rate_limit_2026": (GitHubRateLimited, ()),
    "primary_rate_limit_older": (GitHubRateLimited, ()),
    "forbidden_saml_whole_object": (GitHubSsoRequired, ("repository", "pullRequest")),
    "resource_limits_exceeded": (GitHubTimeout, ("user",)),
    "timeout_502_json": (GitHubTimeout, ()),
    "timeout_message": (GitHubTimeout, ()),
    "gateway_502_html": (GitHubTimeout, ()),
    "timedout_200": (GitHubTimeout, ()),
    "secondary_limit_403": (GitHubTooFast, ()),
    "secondary_limit_429": (GitHubTooFast, ()),
    "node_limit": (GitHubQueryRejected, ()),
    "too_many_ids": (GitHubQueryRejected, ()),
}
ANSWERS = {"forbidden_saml_partial", "ghes_no_rate_limit"}  # usable, the first in part


def reply(status: int = 200, body: Any = None, **headers: str) -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(status, {name.replace("_", "-"): v for name, v in headers.items()}, text)


def recorded(name: str) -> Reply:
    shapes = json.loads((SHARED / "github" / "errors.json").read_text())
    shape = next(shape for shape in shapes if shape["name"] == name)
    headers = {key.lower(): value for key, value in shape.get("headers", {}).items()}
    return Reply(shape["status"], headers, shape.get("body_text") or json.dumps(shape["body"]))


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_error_is_told_apart(name):
    kind, path = RECORDED[name]

    with pytest.raises(GitHubError) as caught:
        read(recorded(name)).at(*path)

    assert type(caught.value) is kind
    assert str(caught.value)


@pytest.mark.shared
@needs_shared
def test_every_recorded_shape_is_expected_here():
    shapes = json.loads((SHARED / "github" / "errors.json").read_text())

    assert {shape["name"] for shape in shapes} == set(RECORDED) | ANSWERS


@pytest.mark.shared
@needs_shared
def test_an_answer_in_part_names_what_is_missing():
    answer = read(recorded("forbidden_saml_partial"))

    assert answer.at("nodes")
    assert answer.problems_at("nodes", 3)
    assert not answer.problems_at("nodes", 2)


@pytest.mark.shared
@needs_shared
def test_an_enterprise_server_without_limits_is_an_answer():
    assert read(recorded("ghes_no_rate_limit")).data == {"rateLimit": None}


@pytest.mark.parametrize(
    ("given", "kind", "sentence"),
    [
        (reply(401, {"message": "Bad credentials"}), GitHubTokenRejected, "Reconnect GitHub"),
        (reply(403, {"message": "IP not allowed"}), GitHubForbidden, "IP not allowed"),
        (reply(404, {"message": "Not Found"}), GitHubElsewhere, "correct GITHUB_GRAPHQL_URL"),
        (reply(301, "<html>"), GitHubElsewhere, "status 301"),
        (reply(451, {"message": "Blocked"}), GitHubForbidden, "legal reasons"),
        (reply(500, {"message": "Oops"}), GitHubUnavailable, "status 500"),
        (reply(400, {"message": "Problems parsing JSON"}), GitHubQueryRejected, "parsing"),
        (reply(200, {}), GitHubUnavailable, "empty"),
        (reply(200, "<html>"), GitHubTimeout, "cut short"),
        (reply(429, {"message": "Slow down"}), GitHubTooFast, "pause until"),
        (
            reply(403, {"message": "API rate limit exceeded for user ID 1."}),
            GitHubRateLimited,
            "GitHub allows more requests at",
        ),
        (
            reply(403, {"message": "SAML"}, x_github_sso="required; url=https://sso.example/x"),
            GitHubSsoRequired,
            "https://sso.example/x",
        ),
    ],
)
def test_a_status_is_told_apart_with_a_sentence(given, kind, sentence):
    with pytest.raises(GitHubError, match=sentence) as caught:
        read(given)

    assert type(caught.value) is kind


def test_limits_do_not_count_and_say_when_to_come_back():
    with pytest.raises(GitHubTooFast) as caught:
        read(reply(403, {"message": "You have exceeded a secondary rate limit"}, retry_after="8"))

    assert (caught.value.retry_after, caught.value.counts) == (8, False)


def test_a_secondary_limit_that_names_no_time_means_a_minute():
    with pytest.raises(GitHubTooFast) as caught:
        read(reply(403, {"message": "You have exceeded a secondary rate limit"}))

    assert caught.value.retry_after == 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "1780315320", "date": "Mon, 01 Jun 2026 12:00:00 GMT"}, 120),
        ({"x-ratelimit-reset": "1", "date": "Mon, 01 Jun 2026 12:00:00 GMT"}, 10),
        ({"x-ratelimit-reset": "9999999999", "date": "Mon, 01 Jun 2026 12:00:00 GMT"}, 3900),
        ({"x-ratelimit-reset": "0001-01-01"}, 60),
        ({"x-ratelimit-reset": "1", "date": "yesterday"}, 10),
        ({}, 60),
    ],
)
def test_the_wait_for_a_reset_is_by_githubs_clock_and_bounded(headers, seconds):
    assert seconds_until_reset(headers) == seconds


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (0.5, "04:24 UTC, in less than a minute"),
        (30, "04:24 UTC, in less than a minute"),
        (90, "04:25 UTC"),
        (600, "04:34 UTC"),
    ],
)
def test_a_moment_that_is_named_is_not_over_yet_when_it_is_read(wait, words):
    with time_machine.travel(datetime(2026, 11, 26, 4, 23, 30, tzinfo=UTC), tick=False):
        assert clock(wait) == words


def test_a_full_minute_is_named_as_it_is():
    with time_machine.travel(datetime(2026, 11, 26, 4, 23, 30, 200_000, tzinfo=UTC), tick=False):
        assert clock(570) == "04:33 UTC"


def test_every_error_is_for_a_retry_or_for_a_person_or_our_bug():
    kinds = {kind for kind, _ in RECORDED.values()} | {GitHubUnavailable, GitHubTokenRejected}

    ours = {kind for kind in kinds if not issubclass(kind, TransientError | PermanentError)}

    assert ours == {GitHubQueryRejected}
