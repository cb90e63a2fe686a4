"""What the Procfile runs comes back when it ends, and goes when it is told."""

import os
import signal
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from apps.operations.ports import free_port
from tests.operations.conftest import children_of, eventually
from tests.operations.machine import bare_environment, managing, processes_of

pytestmark = [pytest.mark.workers, pytest.mark.own_servers, pytest.mark.timeout(120)]


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=5) as page:
            return bool(page.status == 200)
    except (URLError, ConnectionError):
        return False


def master_of(supervisor: int) -> int:
    """The process behind the supervisor's only tether."""
    (tether,) = children_of(supervisor)
    (master,) = children_of(tether)
    return master


def test_a_process_that_is_killed_comes_back_and_ends_with_its_supervisor(tmp_path):
    env = bare_environment(tmp_path / "state")
    port = free_port()
    with managing(env, "supervise", "web", "--port", str(port)) as supervise:
        assert eventually(lambda: answers(port), seconds=30)
        first = master_of(supervise.pid)

        os.kill(first, signal.SIGKILL)

        assert eventually(lambda: not Path(f"/proc/{first}").exists() and answers(port), seconds=30)
        supervise.send_signal(signal.SIGTERM)
        _, said = supervise.communicate()

    assert supervise.returncode == 128 + signal.SIGTERM
    assert "web ended with code 137; starting it again in 0.5 s" in said
    assert processes_of(env) == set()
