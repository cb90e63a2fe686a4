"""The demo runs to the end by itself, keeps to its own place, and leaves nothing behind."""

import json
import os
import re
import signal
import socket
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from apps.accounts.demo import demo_user
from apps.operations.demo import LOCK, Ports, claim_place, environment
from apps.operations.ports import free_port
from apps.operations.stage import forget_last_demo
from apps.teams.models import Team
from tests.factories import MembershipFactory, PullRequestFactory
from tests.operations.conftest import eventually
from tests.operations.machine import bare_environment, managing, processes_of

PORTS = Ports(web=1, github=2, groq=3, jira=5, slack=4)


@pytest.fixture
def clean(tmp_path) -> dict[str, str]:
    return bare_environment(tmp_path / "state")


@pytest.mark.workers
@pytest.mark.own_servers
@pytest.mark.timeout(300)
def test_once_ends_at_complete_with_its_times_and_leaves_no_process(clean):
    with managing(clean, "demo", "--once") as process:
        out, err = process.communicate()

    assert process.returncode == 0, err
    *table, last = out.splitlines()
    summary = json.loads(last)
    assert list(summary) == [
        *("status", "phase1_seconds", "total_seconds", "pull_requests", "analysed")
    ]
    assert summary["status"] == "complete"
    assert 0 < summary["phase1_seconds"] <= summary["total_seconds"]
    assert summary["pull_requests"] == summary["analysed"] > 400
    assert [line.split()[0] for line in table][1:11] == [
        *("syncing_members", "syncing", "llm_processing", "computing_metrics"),
        *("computing_insights", "phase1_complete", "background_syncing", "background_llm"),
        *("background_metrics", "background_insights"),
    ]
    assert processes_of(clean) == set()


@pytest.mark.workers
@pytest.mark.own_servers
@pytest.mark.timeout(300)
def test_the_link_signs_in_and_a_kill_leaves_no_process(clean):
    with managing(clean, "demo", "--port", str(free_port())) as process:
        assert process.stdout is not None
        link = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
        browser = build_opener(HTTPCookieProcessor())
        with browser.open(link[0]) as page:
            assert page.url.endswith("/teams/northwind-labs/github/")

    assert eventually(lambda: processes_of(clean) == set(), seconds=20)


@pytest.mark.workers
@pytest.mark.own_servers
@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_run_leaves_no_process(clean, number):
    with managing(clean, "demo", "--once") as process:
        assert process.stderr is not None
        assert any("pull requests" in line for line in process.stderr)  # the run has begun

        process.send_signal(number)
        process.communicate()

    assert process.returncode == 128 + number
    assert processes_of(clean) == set()


def test_a_port_that_is_taken_is_told_in_a_sentence(clean):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with managing(clean, "demo", "--port", port) as process:
            out, err = process.communicate()

    assert err == f"CommandError: Port {port} is in use. Give another --port, or leave it out.\n"
    assert (process.returncode, out) == (1, "")


def test_a_place_that_is_in_use_is_left_alone(tmp_path):
    first = claim_place(tmp_path)
    (first.folder / "db.sqlite3").touch()
    second = claim_place(tmp_path)
    os.close(second.lock)

    assert (first.folder.name, second.folder.name) == ("demo", "demo-2")
    assert (first.folder / "db.sqlite3").exists()
    os.close(first.lock)


def test_a_place_that_is_free_again_is_emptied(tmp_path):
    first = claim_place(tmp_path)
    (first.folder / "logs").mkdir()
    (first.folder / "db.sqlite3").touch()
    os.close(first.lock)

    second = claim_place(tmp_path)
    os.close(second.lock)

    assert [path.name for path in second.folder.iterdir()] == [LOCK]
    assert second.folder == first.folder


def test_the_demo_reaches_nothing_but_this_machine(tmp_path):
    env = environment(tmp_path, PORTS, own_database=True)

    outside = [env[name] for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GROQ_BASE_URL")]
    assert all(url.startswith("http://127.0.0.1:") for url in outside)
    assert env["EMAIL_URL"].startswith("filemail:")


def test_the_demo_has_a_database_and_a_broker_of_its_own(tmp_path):
    env = environment(tmp_path, PORTS, own_database=True)

    assert env["DATABASE_URL"] == f"sqlite:///{tmp_path}/db.sqlite3"
    assert env["REDIS_URL"] == ""


def test_configured_servers_are_used(tmp_path):
    env = environment(tmp_path, PORTS, own_database=False)

    assert not env.keys() & {"DATABASE_URL", "REDIS_URL"}


@pytest.mark.django_db
def test_the_last_demo_is_forgotten_and_nobody_else():
    pull_request = PullRequestFactory()
    MembershipFactory(team=pull_request.team, user=demo_user())
    other = PullRequestFactory().team

    forget_last_demo()

    assert list(Team.objects.all()) == [other]
