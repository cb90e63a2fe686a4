"""Processes are kept running, stopped in order, and never left behind. All of them are real."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.operations.supervise import FIRST_DELAY, Process, Supervisor
from tests.operations.conftest import alive, eventually, tended, written_pid

ROOT = Path(__file__).resolve().parents[2]
SLEEP = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
FORKING = f"import os, sys; sys.argv[1] += '-fork' if os.fork() == 0 else ''; {SLEEP}"
NOTING_ITS_END = f"""
import signal, sys
def note(*_):
    time.sleep(0.3 if sys.argv[1].endswith("worker") else 0)
    open("ends", "a").write(os.path.basename(sys.argv[1]) + " ")
    sys.exit()
signal.signal(signal.SIGTERM, note)
{SLEEP}
"""
GREETING = "import os, sys; print('hello', os.environ['WHO'], flush=True)"


def sleeper(pid_file: Path, *, code: str = SLEEP, **options: object) -> Process:
    argv = (sys.executable, "-S", "-c", code, str(pid_file))
    return Process(name=pid_file.name, argv=argv, cwd=pid_file.parent, **options)


def test_a_process_that_is_killed_is_started_again(tmp_path):
    supervisor = Supervisor()
    with tended(supervisor) as in_time:
        supervisor.start(sleeper(tmp_path / "pid"))
        first = written_pid(tmp_path / "pid")

        os.kill(first, signal.SIGKILL)

        assert in_time(lambda: written_pid(tmp_path / "pid") != first)


def test_the_delay_grows_while_a_process_ends_at_once(tmp_path):
    supervisor = Supervisor()
    with tended(supervisor) as in_time:
        child = supervisor.start(sleeper(tmp_path / "pid", code="raise SystemExit(3)"))

        assert in_time(lambda: child.starts == 3)

    assert child.delay >= 2 * FIRST_DELAY


def test_leaving_stops_every_process(tmp_path):
    with Supervisor() as supervisor:
        for name in ("one", "two"):
            supervisor.start(sleeper(tmp_path / name))
        pids = [written_pid(tmp_path / name) for name in ("one", "two")]

    assert not any(alive(pid) for pid in pids)


def test_leaving_by_an_error_stops_every_process(tmp_path):
    def fail() -> None:
        with Supervisor() as supervisor:
            supervisor.start(sleeper(tmp_path / "pid"))
            written_pid(tmp_path / "pid")
            raise RuntimeError("the body failed")

    with pytest.raises(RuntimeError):
        fail()

    assert not alive(written_pid(tmp_path / "pid"))


def test_a_process_that_ignores_sigterm_is_killed_after_its_grace(tmp_path):
    with Supervisor() as supervisor:
        supervisor.start(sleeper(tmp_path / "pid", code=STUBBORN, grace=0.3))
        pid = written_pid(tmp_path / "pid")
        began = time.monotonic()

    assert not alive(pid)
    assert 0.3 <= time.monotonic() - began < 20


def test_what_a_process_has_forked_ends_with_it(tmp_path):
    with Supervisor() as supervisor:
        supervisor.start(sleeper(tmp_path / "pid", code=FORKING))
        fork = written_pid(tmp_path / "pid-fork")
        parent = written_pid(tmp_path / "pid")

        os.kill(parent, signal.SIGKILL)

        assert eventually(lambda: not alive(fork))


def test_what_the_others_stand_on_is_stopped_last(tmp_path):
    with Supervisor() as supervisor:
        supervisor.start(sleeper(tmp_path / "broker", code=NOTING_ITS_END, outlives_others=True))
        supervisor.start(sleeper(tmp_path / "worker", code=NOTING_ITS_END))
        for name in ("broker", "worker"):
            written_pid(tmp_path / name)

    assert (tmp_path / "ends").read_text().split() == ["worker", "broker"]


def test_two_processes_with_one_lock_run_one_after_the_other(tmp_path):
    supervisor = Supervisor()
    with tended(supervisor) as in_time:
        first = supervisor.start(sleeper(tmp_path / "first", lock=tmp_path / "lock"))
        written_pid(tmp_path / "first")
        supervisor.start(sleeper(tmp_path / "second", lock=tmp_path / "lock"))

        time.sleep(0.5)
        assert not (tmp_path / "second").exists()

        first.signal(signal.SIGTERM)
        first.wait()
        assert in_time((tmp_path / "second").exists)


def test_a_process_writes_to_its_log(tmp_path):
    log = tmp_path / "logs" / "greeter.log"
    argv = (sys.executable, "-S", "-c", GREETING)
    greeter = Process(name="greeter", argv=argv, cwd=tmp_path, env={"WHO": "world"}, log=log)

    with Supervisor() as supervisor:
        supervisor.start(greeter)

        assert eventually(lambda: log.read_text() == "hello world\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_children_end_with_a_supervisor_that_is_signalled(tmp_path, number):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISING, str(tmp_path), FORKING], cwd=ROOT
    )
    pids = [written_pid(tmp_path / "pid"), written_pid(tmp_path / "pid-fork")]

    supervisor.send_signal(number)
    code = supervisor.wait(10)

    assert code == (-number if number == signal.SIGKILL else 128 + number)
    assert eventually(lambda: not any(alive(pid) for pid in pids))


def test_children_end_even_if_their_tether_is_killed(tmp_path):
    supervisor = Supervisor()
    with supervisor:
        child = supervisor.start(sleeper(tmp_path / "pid"))
        pid = written_pid(tmp_path / "pid")

        child.signal(signal.SIGKILL)

        assert eventually(lambda: not alive(pid))


SUPERVISING = """
import sys
from pathlib import Path
from apps.operations.supervise import Process, Supervisor

folder, code = Path(sys.argv[1]), sys.argv[2]
with Supervisor() as supervisor:
    argv = (sys.executable, "-S", "-c", code, str(folder / "pid"))
    supervisor.start(Process(name="sleeper", argv=argv, cwd=folder))
    supervisor.run()
"""
