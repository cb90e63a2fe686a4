"""From a terminal, against a GitHub over real HTTP: to the end, again, with more, and refused."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.sandbox.server import Sandbox, running
from tests.operations.machine import bare_environment, manage, processes_of

pytestmark = [pytest.mark.workers, pytest.mark.own_servers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def sandbox():
    with running(small=True) as sandbox:
        yield sandbox


@pytest.fixture
def machine(tmp_path, sandbox) -> dict[str, str]:
    return bare_environment(
        tmp_path / "state",
        GITHUB_API_URL=sandbox.github_url,
        GROQ_BASE_URL=sandbox.groq_url,
        GROQ_API_KEY=sandbox.key,
        GITHUB_TOKEN=sandbox.token,
    )


@pytest.fixture
def names(sandbox) -> list[str]:
    return [repository.name_with_owner for repository in sandbox.world.repositories]


def recent_pull_requests(sandbox: Sandbox, name: str) -> int:
    since = sandbox.world.now - timedelta(days=90)
    pulls = sandbox.world.pull_requests_by_repository[name]
    return sum(pull.updated_at >= since for pull in pulls)


def onboard(machine: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the last line of stdout, and what was said on stderr."""
    done = manage(machine, "onboard", *arguments, "--json")
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_it_ends_at_complete_says_so_again_and_takes_up_a_new_repository(machine, names, sandbox):
    first, second = names

    code, summary, said = onboard(machine, first, "--team", "Rockets")

    counts = {name: recent_pull_requests(sandbox, name) for name in names}
    assert (code, summary["team"], summary["status"], summary["error"]) == (
        *(0, "rockets", "complete", ""),
    )
    assert summary["repositories"] == [
        {"name": first, "status": "completed", "pull_requests": counts[first], "error": ""}
    ]
    assert summary["analysed"] + summary["undecided"] == counts[first]
    assert "Complete (100 %)" in said  # a quick status between two looks is not said

    code, again, said = onboard(machine, first, "--team", "Rockets")

    assert (code, again) == (0, summary)
    assert "All is done" in said

    code, more, _ = onboard(machine, second.upper(), "--team", "rockets")

    stored = {each["name"]: each["pull_requests"] for each in more["repositories"]}
    assert (code, more["team"], more["status"], stored) == (0, "rockets", "complete", counts)

    refused = machine | {"GITHUB_TOKEN": "ghp_of_somebody_else"}
    code, summary, said = onboard(refused, "nobody/new", "--team", "rockets")

    assert (code, summary["status"]) == (1, "complete")  # of the earlier run
    assert "token" in summary["error"]
    assert processes_of(machine) == set()


def test_a_refused_token_is_a_reason_and_no_success(machine, names):
    code, summary, said = onboard(machine | {"GITHUB_TOKEN": "ghp_of_somebody_else"}, names[0])

    assert (code, summary["status"]) == (1, "not_started")
    assert "token" in summary["error"]
    assert summary["error"] in said
    assert processes_of(machine) == set()


def test_a_repository_that_does_not_exist_is_named(machine, names):
    code, summary, _ = onboard(machine, names[0], "nobody/nothing")

    assert (code, summary["repositories"]) == (1, [])
    assert "nobody/nothing" in summary["error"]


def test_for_people_the_last_words_are_times_and_not_json(machine, names):
    done = manage(machine, "onboard", names[0])

    assert done.returncode == 0
    assert "Complete (100 %)" in done.stdout
    assert "dashboard after" in done.stdout
    assert "{" not in done.stdout
