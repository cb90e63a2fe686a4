"""
The bootstrap, run as `manage.py` runs it: a lone file, by an interpreter without our packages.

Each test gives it a folder with fake parts, so that nothing is installed from anywhere.
"""

import fcntl
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "config" / "bootstrap.py"
BARE = (getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-c")
CALL = f"import runpy; runpy.run_path({str(BOOTSTRAP)!r})['ensure_environment']"

#: Replaces what reaches the network by a record of the call, and the venv by an empty one.
WITHOUT_NETWORK = f"""
import os, runpy, sys
from pathlib import Path
names = runpy.run_path({str(BOOTSTRAP)!r})
scope = names["ensure_environment"].__globals__
root = Path(sys.argv[1])

def run(command):
    print("ran", *command, flush=True)
    return not scope.get("fails")

scope["run"] = run
scope["os"].execv = lambda path, argv: print("then", path, *argv[1:])
"""


#: Stands in for the Python that makes the environment, where pip in it would cost seconds.
QUICK_VENV = """#!/bin/sh
mkdir -p "$4/bin" && touch "$4/bin/python"
"""


@pytest.fixture
def quick_venv(tmp_path) -> str:
    maker = tmp_path / "python-that-makes-empty-environments"
    maker.write_text(QUICK_VENV)
    maker.chmod(0o755)
    return f"scope['sys']._base_executable = {str(maker)!r}; "


@pytest.fixture
def root(tmp_path) -> Path:
    (tmp_path / "requirements.lock").write_text("django==5.2\n")
    return tmp_path


def bare(code: str, root: Path) -> "subprocess.CompletedProcess[str]":
    """Run code in a Python that cannot import Django."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
    return subprocess.run(
        [*BARE, code, str(root)], capture_output=True, text=True, env=environment, check=False
    )


def make_finished_venv(root: Path, *, stamp: str) -> None:
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (root / ".venv" / "mergelight.stamp").write_text(stamp)


def wanted_stamp(root: Path) -> str:
    stamp: str = runpy.run_path(str(BOOTSTRAP))["wanted_stamp"](root)
    return stamp


def test_it_does_nothing_where_django_can_be_imported(root):
    code = f"from pathlib import Path; import sys; sys.prefix = '/usr'; {CALL}(Path({str(root)!r}))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (root / ".venv").exists()


def test_it_imports_nothing_but_the_standard_library(root):
    make_finished_venv(root, stamp=wanted_stamp(root))

    done = bare(WITHOUT_NETWORK + "scope['ensure_environment'](root)", root)

    assert done.returncode == 0, done.stderr


def test_a_finished_environment_runs_the_same_command_again_inside_it(root):
    make_finished_venv(root, stamp=wanted_stamp(root))

    done = bare(WITHOUT_NETWORK + "scope['ensure_environment'](root)", root)

    assert done.stdout == f"then {root}/.venv/bin/python -c {root}\n"


def test_it_leaves_an_environment_alone_that_somebody_else_made(root):
    (root / ".venv").mkdir()
    code = (
        "from pathlib import Path; import sys; "
        f"sys.prefix = {str(root / '.venv')!r}; {CALL}(Path({str(root)!r}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (root / ".venv").exists()


@pytest.mark.parametrize("stamp", ["made from another lock file", ""])
def test_a_stale_or_half_made_environment_is_built_anew(root, quick_venv, stamp):
    make_finished_venv(root, stamp=stamp)
    (root / ".venv" / "left-over").touch()

    done = bare(WITHOUT_NETWORK + quick_venv + "scope['ensure_environment'](root)", root)

    assert "--require-hashes" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("then ")
    assert not (root / ".venv" / "left-over").exists()
    assert (root / ".venv" / "mergelight.stamp").read_text() == wanted_stamp(root)


def test_of_two_commands_at_once_one_builds_and_the_other_waits_for_it(root, quick_venv):
    """Whatever the two do in turn, nobody deletes what the other has made so far."""
    held = os.open(root, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    code = WITHOUT_NETWORK + quick_venv + "scope['ensure_environment'](root)"
    both = [
        subprocess.Popen([*BARE, code, str(root)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    os.close(held)

    said = [process.communicate()[0].splitlines() for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert [lines[-1].startswith("then ") for lines in said] == [True, True]
    assert sum(any(line.startswith("ran ") for line in lines) for lines in said) == 1


def test_a_new_environment_is_a_real_one_with_pip(root):
    done = bare(WITHOUT_NETWORK + "scope['ensure_environment'](root)", root)

    assert done.returncode == 0, done.stderr
    pip = [root / ".venv" / "bin" / "python", "-m", "pip", "--version"]
    assert subprocess.run(pip, capture_output=True, check=False).returncode == 0


def test_packages_that_cannot_be_installed_leave_no_stamp(root, quick_venv):
    failing = "scope['fails'] = True; scope['ensure_environment'](root)"

    done = bare(WITHOUT_NETWORK + quick_venv + failing, root)

    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert not (root / ".venv" / "mergelight.stamp").exists()


def test_a_python_without_venv_is_told_what_to_install(root):
    no_venv = "scope['sys']._base_executable = '/bin/false'; scope['ensure_environment'](root)"

    done = bare(WITHOUT_NETWORK + no_venv, root)

    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (root / ".venv").exists()


def test_an_old_python_is_refused_by_name(root):
    old = "scope['sys'].version_info = (3, 10, 4); scope['ensure_environment'](root)"

    done = bare(WITHOUT_NETWORK + old, root)

    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.10.4" in done.stderr
