"""A machine without configuration, on which commands run as a person would run them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bare_environment(state: Path, **variables: str) -> dict[str, str]:
    """Nothing but a state folder of its own, a night in which nothing runs, and what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "STATE_DIR": str(state), "NIGHTLY_HOUR": "", **variables}


@contextmanager
def managing(env: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """`manage.py` as a process; killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def manage(env: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py` to its end."""
    with managing(env, *arguments) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def processes_of(env: dict[str, str]) -> set[int]:
    """Every process that was started with this environment's state folder."""
    mark = b"STATE_DIR=" + env["STATE_DIR"].encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(variable.startswith(mark) for variable in variables):
            found.add(int(folder.name))
    return found
