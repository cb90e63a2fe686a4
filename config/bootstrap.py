"""
Builds `.venv` when Django is not importable, then runs the command in it.

Standard library only, and no import of this project: it runs before anything is installed.
Where Django can be imported already (`uv run`, a container, an active venv) it does nothing.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

OLDEST_PYTHON = (3, 11)
STAMP = "mergelight.stamp"

NO_VENV = """\
This Python cannot make virtual environments. On Debian or Ubuntu:

    apt-get install python3-venv

then run the same command again."""


def ensure_environment(root: Path) -> None:
    """
    Return with Django importable, or replace this process by the same command in `root/.venv`.

    Our own `.venv` is built anew when it was made from another lock file or Python, or was left
    half-made by an interrupted run. One that somebody else made (`uv`, an editor) has no stamp and
    is theirs, as long as Django can be imported in it. Exits with a sentence when it cannot build.
    """
    venv = root / ".venv"
    python = venv / "bin" / "python"
    inside = Path(sys.prefix).resolve() == venv.resolve()
    ours = inside and (venv / STAMP).exists()
    if not ours and importlib.util.find_spec("django") is not None:
        return
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Mergelight needs Python 3.11 or newer; this is {found} ({sys.executable}).")
    if stamp_of(venv) == wanted_stamp(root):
        if inside:
            return
    else:
        with one_at_a_time(root):
            if stamp_of(venv) != wanted_stamp(root):  # nobody has built it while we waited
                build(root, venv, python)
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - our own interpreter, no shell


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Two commands that build at once would each delete what the other has made so far."""
    if sys.platform == "win32":
        yield
        return
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # lets go of the lock, as the end of the process does


def wanted_stamp(root: Path) -> str:
    """What the environment is made of: the lock file and the minor version of Python."""
    lock = (root / "requirements.lock").read_bytes()
    return f"{hashlib.sha256(lock).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]}"


def stamp_of(venv: Path) -> str:
    """The stamp of a finished `.venv`; empty for one that is missing or half-made."""
    stamp = venv / STAMP
    if not (venv / "bin" / "python").exists() or not stamp.exists():
        return ""
    return stamp.read_text()


def build(root: Path, venv: Path, python: Path) -> None:
    say("Building .venv (first run, or the lock file has changed) ...")
    # A Python inside the old .venv would be deleting itself: build with the one it was made from.
    maker = getattr(sys, "_base_executable", None) or sys.executable
    shutil.rmtree(venv, ignore_errors=True)
    # --without-pip never fails on a bare Debian, so ask for pip: its absence is what we explain.
    made = subprocess.run([maker, "-m", "venv", "--clear", str(venv)], check=False)  # noqa: S603
    if made.returncode != 0:
        shutil.rmtree(venv, ignore_errors=True)
        sys.exit(NO_VENV)
    install(root, python)
    (venv / STAMP).write_text(wanted_stamp(root))
    say("Done.")


def install(root: Path, python: Path) -> None:
    """Install the lock file: by uv, which takes seconds, else by pip, which takes a minute."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    lock = ["--require-hashes", "-r", str(root / "requirements.lock")]
    with_uv = [str(python), "-m", "uv", "pip", "install", "--quiet", "--python", str(python), *lock]
    if run([*pip, "uv"]) and run(with_uv):
        return
    say("Installing with pip ...")
    if not run([*pip, *lock]):
        sys.exit(
            "The packages of requirements.lock could not be installed; the lines above say why. "
            "Check the connection to your package index and run the same command again."
        )


def run(command: list[str]) -> bool:
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201
