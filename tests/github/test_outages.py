"""GitHub as a whole may be down, mute or closed to us: what a step makes of each."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from apps.core.errors import PermanentError, TransientError
from apps.core.parallel import in_parallel
from apps.github.api.errors import GitHubDown, GitHubTimeout, GitHubTokenRejected
from apps.github.models import PullRequest, PullRequestKey
from apps.github.syncing import members, outages, sync
from apps.pipeline.claims import Claim
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.pipeline.runner import run_step
from apps.teams.models import Team
from tests.claims import claim
from tests.github.fakes import connected, file, pull_request
from tests.github.faults import bad_gateway
from tests.github.running import sync_recent, track

DETAILS, KEYS = "PullRequestDetails", "PullRequestKeys"


def syncing_for(team: Team, seconds: float) -> Claim:
    """A claim of a team that entered its status so long ago."""
    taken = claim(team, Status.SYNCING)
    PipelineTransition.objects.create(
        team=team,
        ticket=taken.ticket,
        run=1,
        verb="advance",
        source=Status.SYNCING_MEMBERS,
        target=Status.SYNCING,
        at=timezone.now() - timedelta(seconds=seconds),
    )
    return taken


def unreachable(name, variables):
    raise httpx.ConnectError("refused")


# --- Down ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [lambda *_: bad_gateway(), unreachable])
@pytest.mark.parametrize(
    ("silent_for", "wait"), [(0, 10), (5, 10), (40, 40), (200, 200), (7200, 300)]
)
def test_a_github_that_is_down_is_asked_ever_less_often(github, team, fault, silent_for, wait):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(fault)

    with pytest.raises(GitHubDown) as caught:
        sync.recent(syncing_for(team, silent_for))

    assert caught.value.retry_after == pytest.approx(wait, abs=5)
    assert caught.value.counts is False
    assert str(caught.value)


def test_a_silence_of_six_hours_counts(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(unreachable)

    with pytest.raises(GitHubDown) as caught:
        sync.recent(syncing_for(team, outages.PATIENCE + 60))

    assert caught.value.counts is True


def test_the_silence_begins_with_the_last_success(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    github.faults.append(unreachable)

    with pytest.raises(GitHubDown) as caught:
        sync.recent(syncing_for(team, outages.PATIENCE + 60))

    assert (caught.value.retry_after, caught.value.counts) == (10, False)


def test_members_wait_as_well(github, team):
    github.faults.append(unreachable)

    with pytest.raises(GitHubDown) as caught:
        members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert (caught.value.retry_after, caught.value.counts) == (10, False)


def test_an_outage_uses_up_no_attempt_and_says_what_is_wrong(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(unreachable)
    syncing_for(team, 0)

    for _ in range(settings.PIPELINE["attempts"] + 2):
        row = rows().get(pk=team.pk)
        rows().filter(pk=team.pk).update(
            pipeline_not_before=None, pipeline_claimed=row.pipeline_ticket - 1
        )
        run_step(
            sync.recent,
            task="apps.github.tasks.sync_recent",
            team_id=team.pk,
            ticket=row.pipeline_ticket,
            task_id="",
        )

    row = rows().get(pk=team.pk)
    assert row.onboarding_pipeline_status == Status.SYNCING
    assert row.onboarding_pipeline_error == "GitHub could not be reached."
    assert row.pipeline_not_before > timezone.now()


def test_an_outage_is_noticed_at_the_first_question_that_fails(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)]))
    github.faults.append(lambda name, _: bad_gateway() if name in (DETAILS, "Viewer") else None)

    with pytest.raises(GitHubDown):
        sync_recent(team)

    assert github.count(DETAILS) == 1
    assert not PullRequestKey.objects.exclude(state=PullRequestKey.State.PENDING).exists()


def test_a_question_that_alone_has_trouble_is_no_outage(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    github.faults.append(
        lambda name, variables: (
            httpx.Response(500, json={"message": "Oops"})
            if name == DETAILS and "PR_2@acme/web" in variables["ids"]
            else None
        )
    )

    sync_recent(team)

    assert PullRequest.objects.get().number == 1
    assert PullRequestKey.objects.get(number=2).state == PullRequestKey.State.GAP


def test_a_list_of_members_that_alone_has_trouble_is_tried_again_and_then_left_out(github, team):
    github.faults.append(lambda name, _: bad_gateway() if name == "Members" else None)

    for earlier in range(members.ATTEMPTS - 1):
        with pytest.raises(GitHubTimeout):
            members.sync(claim(team, Status.SYNCING_MEMBERS, pipeline_attempts=earlier))
    members.sync(claim(team, Status.SYNCING_MEMBERS, pipeline_attempts=members.ATTEMPTS - 1))


def test_a_list_of_members_is_left_out_before_the_pipeline_gives_the_step_up(
    github, team, settings
):
    settings.PIPELINE = settings.PIPELINE | {"attempts": 2}
    github.faults.append(lambda name, _: bad_gateway() if name == "Members" else None)

    with pytest.raises(GitHubTimeout):
        members.sync(claim(team, Status.SYNCING_MEMBERS))
    members.sync(claim(team, Status.SYNCING_MEMBERS, pipeline_attempts=1))


# --- Mute ---------------------------------------------------------------------------------------


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """GitHub's address accepts and never answers; waits are short."""
    settings.GITHUB_TIMEOUT = 0.3
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_retries": 0}
    monkeypatch.setitem(in_parallel.__kwdefaults__, "idle_seconds", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.GITHUB_GRAPHQL_URL = f"http://127.0.0.1:{port}/graphql"
        yield


@pytest.mark.parametrize("work", [sync.recent, members.sync])
def test_a_github_that_never_answers_does_not_stop_the_heart(team, mute, monkeypatch, work):
    track(team, "R_acme/web")
    beats: list[str] = []
    monkeypatch.setattr(
        Claim, "heartbeat", lambda self: beats.append(threading.current_thread().name)
    )

    with pytest.raises(TransientError):
        work(claim(team))

    assert len(beats) >= 5
    assert set(beats) == {"MainThread"}


# --- Closed to us -------------------------------------------------------------------------------


def suspended() -> httpx.Response:
    return httpx.Response(403, json={"message": "Your account was suspended."})


def refusing(*names: str):
    """Refuses these questions from the first details on."""
    seen: list[str] = []

    def refuse(name, variables):
        if name == DETAILS:
            seen.append(name)
        return suspended() if seen and name in names else None

    return refuse


def test_an_account_that_is_suspended_half_way_stops_within_a_page(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 201)]))
    github.faults.append(refusing(DETAILS, KEYS, "Viewer"))

    with pytest.raises(GitHubTokenRejected, match=r"account was suspended.*Reconnect GitHub"):
        sync_recent(team)

    assert github.count(DETAILS) <= 8
    assert set(PullRequestKey.objects.values_list("state", flat=True)) == {"pending"}


def test_details_that_are_refused_while_others_are_answered_fail_the_repository(github, team):
    closed = track(
        team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 99)])
    )
    github.faults.append(refusing(DETAILS))

    with pytest.raises(PermanentError, match="acme/web: GitHub refuses access: Your account"):
        sync_recent(team)

    closed.refresh_from_db()
    assert closed.sync_status == "failed"
    assert github.count(DETAILS) <= 8
    assert set(PullRequestKey.objects.values_list("state", flat=True)) == {"pending"}


def test_a_repository_whose_details_are_refused_takes_no_other_with_it(github, team):
    closed = track(team, github.add_repository("acme/closed", *map(pull_request, range(1, 41))))
    track(team, github.add_repository("acme/open", *map(pull_request, range(1, 41))))

    def refuse_the_closed(name, variables):
        if name == DETAILS and any(one.endswith("acme/closed") for one in variables["ids"]):
            return suspended()
        return None

    github.faults.append(refuse_the_closed)
    sync_recent(team)

    closed.refresh_from_db()
    assert closed.sync_status == "failed"
    assert PullRequest.objects.filter(repository__name_with_owner="acme/open").count() == 40
    assert not PullRequestKey.objects.filter(state=PullRequestKey.State.GAP).exists()


def test_a_list_of_one_pull_request_that_is_refused_is_named_as_truncated(github, team):
    giant = pull_request(1, files=connected([file(n) for n in range(60)]))
    track(team, github.add_repository("acme/web", giant))
    github.faults.append(lambda name, _: suspended() if name == "More_files" else None)

    sync_recent(team)

    assert PullRequest.objects.get().truncated == ["files"]
