"""The command lines of everything that Mergelight is made of when it runs."""

import os
import sys
from pathlib import Path

from django.conf import settings

from apps.operations.ports import HOST
from apps.operations.supervise import Process

#: A warm stop of these takes as long as a request or a task; production grants it, a demo does not.
PATIENT = 30.0  # seconds


def log_path(name: str) -> Path:
    folder: Path = settings.STATE_DIR
    return folder / "logs" / f"{name}.log"


def python(
    name: str,
    *arguments: str,
    log: Path | None,
    grace: float = 5.0,
    outlives_others: bool = False,
) -> Process:
    """A process of this Python, in the project's folder."""
    return Process(
        name=name,
        argv=(sys.executable, *arguments),
        cwd=settings.BASE_DIR,
        log=log,
        grace=grace,
        outlives_others=outlives_others,
    )


def web(port: int, *, host: str = HOST, log: Path | None = None, grace: float = 5.0) -> Process:
    """Gunicorn with threads: every page is short, and nobody holds a connection open."""
    return python(
        "web",
        *("-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        "--no-control-socket",
        log=log,
        grace=grace,
    )


def worker(
    *, beat: bool = False, name: str = "worker", log: Path | None = None, grace: float = 5.0
) -> Process:
    """
    A Celery worker for all queues.

    Its timetable, with `beat`, is kept in memory: a file would be fought over by two commands that
    run at once, and everything on it may run too often or once less.
    """
    timetable = ("-B", "--scheduler", "celery.beat:Scheduler") if beat else ()
    return python(
        name,
        *("-m", "celery", "-A", "config", "worker", "--loglevel", "INFO"),
        *("--pool", pool(), "--concurrency", str(settings.WORKER_CONCURRENCY)),
        *("--hostname", f"{name}-{os.getpid()}@%h"),
        *("--without-gossip", "--without-mingle"),
        *timetable,
        log=log,
        grace=grace,
    )


def beat(*, log: Path | None = None) -> Process:
    """The timetable alone, for a deployment with several workers."""
    return python(
        "beat",
        *("-m", "celery", "-A", "config", "beat", "--loglevel", "INFO"),
        *("--scheduler", "celery.beat:Scheduler", "--pidfile", ""),
        log=log,
    )


def sandbox(
    *,
    github_port: int,
    groq_port: int,
    page_seconds: float,
    answer_seconds: float,
    log: Path,
    jira_port: int = 0,
    slack_port: int = 0,
) -> Process:
    """The small outside world of the demo; a port of 0 is any free one."""
    return python(
        "sandbox",
        *("manage.py", "sandbox"),
        *("--github-port", str(github_port), "--groq-port", str(groq_port)),
        *("--jira-port", str(jira_port), "--slack-port", str(slack_port)),
        *("--page-seconds", str(page_seconds), "--answer-seconds", str(answer_seconds)),
        log=log,
        outlives_others=True,  # a worker that stops finishes what it has begun
    )


def pool() -> str:
    """Prefork, whose time limits work; threads where semaphores cannot be made (no /dev/shm)."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - Linux's own place for semaphores
    if sys.platform == "linux" and not os.access(shared_memory, os.W_OK):
        return "threads"
    return "prefork"
