"""
What a team reads on its status page for each of GitHub's ways to say no, and what the sync does.

Each shape of ../shared/github/errors.json comes as the answer to the question that it is about. The
errors keep their words, statuses and headers; their paths lead to where our own question has it.
"""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.github.models import PullRequestKey
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.pipeline.runner import run_step
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import MembershipFactory
from tests.github.fakes import DETAILS, KEYS, FakeGitHub, pull_request
from tests.github.refusing import SSO_LINK, Seen, Shape, fault_of, shapes
from tests.github.running import stored, track
from tests.journeys.stand_ins import needs_shared

LOOK_UP, BY_NAME = "RepositoriesById", "Repository"


def several(variables: dict[str, Any]) -> bool:
    return len(variables["ids"]) > 1


def with_the_second(variables: dict[str, Any]) -> bool:
    return "PR_2@acme/web" in variables["ids"]


def more_than_25(variables: dict[str, Any]) -> bool:
    return bool(variables["first"] > 25)


def of_web(variables: dict[str, Any]) -> bool:
    return bool(variables["repository"] == "R_acme/web")


TWO = frozenset({2})
ONE_MISSING = "1 pull request could not be fetched: #2. It is tried again by the next update."
ALLOWS_MORE = "This hour's requests to GitHub are used up. GitHub allows more requests at "
PAUSE = "Much was asked in a short time: GitHub asks for a pause until "

#: What errors.json calls a shape → what comes of it.
RECORDED: dict[str, list[Seen]] = {
    "not_found_repository": [
        Seen(BY_NAME, "Check the name, and what the connection may read.", web="failed"),
    ],
    "not_found_pull_request": [Seen(DETAILS, "", gone=TWO, inside=())],  # nothing can be done
    "primary_rate_limit_2026": [
        Seen(DETAILS, ALLOWS_MORE, "waits", web="syncing"),
        Seen("", ALLOWS_MORE, "waits", web="pending"),
    ],
    "primary_rate_limit_older": [Seen(KEYS, ALLOWS_MORE, "waits", web="syncing")],
    "forbidden_saml_whole_object": [
        Seen(
            LOOK_UP,
            "connection authorised for single sign-on.",
            web="failed",
            inside=(),
            link=SSO_LINK,
        ),
        Seen(DETAILS, ONE_MISSING, web="partial", gaps=TWO, inside=()),
    ],
    "forbidden_saml_partial": [
        Seen(DETAILS, "", inside=("timelineItems", "nodes", 0)),
        Seen(DETAILS, "", inside=("headRepository",)),
    ],
    "resource_limits_exceeded": [
        Seen(DETAILS, "", inside=("files",)),
        Seen(DETAILS, ONE_MISSING, web="partial", gaps=TWO, inside=()),
    ],
    "timeout_502_json": [
        Seen(DETAILS, "", only_if=several),
        Seen(KEYS, "", only_if=more_than_25),
        Seen(KEYS, "gives up on the list of pull requests.", web="failed", only_if=of_web),
    ],
    "timeout_message": [
        Seen(DETAILS, ONE_MISSING, web="partial", gaps=TWO, only_if=with_the_second)
    ],
    "gateway_502_html": [
        Seen("", "GitHub does not answer at the moment.", "waits", web="pending"),
        Seen(DETAILS, "", only_if=several),
    ],
    "timedout_200": [Seen(DETAILS, "", only_if=several)],
    "secondary_limit_403": [Seen(DETAILS, PAUSE, "waits", web="syncing")],
    "secondary_limit_429": [Seen(KEYS, PAUSE, "waits", web="syncing")],
    "node_limit": [
        Seen(DETAILS, ONE_MISSING, web="partial", gaps=TWO, only_if=with_the_second),
        Seen(
            KEYS, "has been logged, and the next update tries again.", web="failed", only_if=of_web
        ),
    ],
    "too_many_ids": [Seen(DETAILS, "", only_if=several)],
    "ghes_no_rate_limit": [Seen("", "", inside=())],
}

NOBODY = "No GitHub answers at the address that is set up (status {}). Whoever runs this server"
RECONNECT = "GitHub no longer accepts the token. Reconnect GitHub with a new one."

#: Shapes that the file does not have.
OTHERS: list[tuple[Shape, Seen]] = [
    (
        {"status": 401, "body": {"message": "Bad credentials", "status": "401"}},
        Seen("", RECONNECT, "fails", web="pending"),
    ),
    (
        {"status": 401, "body": {"message": "Bad credentials", "status": "401"}},
        Seen(DETAILS, "accepted it a moment later.", "waits", web="syncing"),
    ),
    ({"status": 200, "body_text": ""}, Seen(DETAILS, "", only_if=several)),
    (
        {"status": 200, "body_text": ""},
        Seen("", "GitHub does not answer at the moment.", "waits", web="pending"),
    ),
    ({"status": 200, "body": {}}, Seen(DETAILS, "", only_if=several)),
    (
        {"status": 200, "body": {}},
        Seen("", "GitHub sent an empty answer.", "waits", web="pending"),
    ),
    ({"status": 200, "body_text": '{"data":{"nodes":[{"id'}, Seen(DETAILS, "", only_if=several)),
    (
        {"status": 404, "body": {"message": "Not Found"}},
        Seen("", NOBODY.format(404), "fails", web="pending"),
    ),
    (
        {"status": 410, "body": {"message": "Gone"}},
        Seen("", NOBODY.format(410), "fails", web="pending"),
    ),
    (
        {"status": 451, "body": {"message": "Repository access blocked"}},
        Seen(
            KEYS,
            "blocked it for legal reasons. Choose other repositories.",
            web="failed",
            only_if=of_web,
        ),
    ),
    (
        {"status": 403, "body": {"message": "Resource not accessible by personal access token."}},
        Seen(
            KEYS,
            "Resource not accessible by personal access token. Connect with more rights, or ask",
            web="failed",
            only_if=of_web,
        ),
    ),
    (
        {"status": 503, "body_text": "<html>Unicorn!</html>"},
        Seen("", "GitHub does not answer at the moment.", "waits", web="pending"),
    ),
    (
        {"status": 500, "body_text": ""},
        Seen("", "GitHub has trouble (status 500).", "waits", web="pending"),
    ),
]


@pytest.fixture
def status_page(client: Client, team: Team) -> Callable[[], str]:
    client.force_login(MembershipFactory(team=team).user)
    return lambda: html.unescape(client.get(reverse("onboarding:status", args=[team.slug])).text)


def step(team: Team) -> Any:
    """Run the step as a worker does; return the team's row after it."""
    ticket = claim(team, Status.SYNCING, onboarding_pipeline_error="").ticket
    rows().filter(pk=team.pk).update(pipeline_claimed=ticket - 1, pipeline_attempts=0)
    run_step(
        sync.recent,
        task="apps.github.tasks.sync_recent",
        team_id=team.pk,
        ticket=ticket,
        task_id="",
    )
    return rows().get(pk=team.pk)


def how(row: Any) -> str:
    """What became of the step."""
    if row.onboarding_pipeline_status == Status.SYNCING:
        assert row.pipeline_not_before
        assert row.pipeline_attempts == 0
        return "waits"
    return "fails" if row.onboarding_pipeline_status == Status.FAILED else "goes on"


def see(github: FakeGitHub, team: Team, page: Callable[[], str], shape: Shape, seen: Seen) -> None:
    events = {"nodes": [{"createdAt": "2026-05-30T12:00:00Z"}]}
    prs = [pull_request(n, timelineItems=events) for n in (1, 2, 3)]
    web = track(team, github.add_repository("acme/web", *prs))
    track(team, github.add_repository("acme/api", pull_request(4)))
    if seen.of == BY_NAME:  # asked of a row alone that was made by hand
        web.node_id = ""
        web.save()
    github.faults.append(fault_of(shape, seen, github))

    row = step(team)

    web.refresh_from_db()
    gaps = PullRequestKey.objects.filter(state=PullRequestKey.State.GAP)
    assert (how(row), web.sync_status) == (seen.then, seen.web), row.onboarding_pipeline_error
    assert set(gaps.values_list("number", flat=True)) == seen.gaps
    assert all(gaps.values_list("gap_reason", flat=True))
    if seen.then == "goes on":
        assert stored(team) == {1, 2, 3, 4} - seen.gone - (
            seen.gaps if web.sync_status != "failed" else {1, 2, 3}
        )
    assert bool(row.onboarding_pipeline_error or web.sync_error) is bool(seen.sentence)
    assert seen.sentence in page()
    assert f'href="{seen.link}' in page()


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "seen"), [(name, seen) for name, all_of in RECORDED.items() for seen in all_of]
)
def test_a_recorded_refusal_is_said_and_survived(github, team, status_page, name, seen):
    see(github, team, status_page, shapes()[name], seen)


@pytest.mark.shared
@needs_shared
def test_every_recorded_shape_is_in_the_table():
    assert set(RECORDED) == set(shapes())


@pytest.mark.parametrize(("shape", "seen"), OTHERS)
def test_other_refusals_are_said_and_survived(github, team, status_page, shape, seen):
    see(github, team, status_page, shape, seen)
