"""A process forked while another thread is at work can use the database and the broker itself."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from apps.pipeline import forks, watch

#: A thread writes for half a second; meanwhile the main thread forks; the child writes too.
FORK = """
import os, sys, threading, time
import django
django.setup()
from django.core.management import call_command
from django.db import connection, transaction
from apps.accounts.models import User
from apps.pipeline.forks import between_forks, let_forks_wait

call_command("migrate", "accounts", verbosity=0)
connection.close()
if sys.argv[1] == "guarded":
    let_forks_wait()
writing = threading.Event()

def write():
    with between_forks(), transaction.atomic():
        User.objects.create(username="thread")
        writing.set()
        time.sleep(0.5)

thread = threading.Thread(target=write)
thread.start()
writing.wait()
child = os.fork()
if child == 0:
    try:
        User.objects.create(username="child")
    except Exception as exc:
        print(exc, flush=True)
        os._exit(1)
    os._exit(0)
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), User.objects.count())
"""


def fork(how, tmp_path):
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "STATE_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "SQLITE_TIMEOUT": "3",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK, how],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip().splitlines(), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(
    ("how", "told"), [("guarded", ["0 2"]), ("unguarded", ["database is locked", "1 1"])]
)
def test_a_child_can_write_only_if_no_thread_was_at_the_database(how, told, tmp_path):
    lines, errors = fork(how, tmp_path)

    assert lines == told, errors


def test_no_fork_begins_while_the_watch_asks_the_broker():
    held: list[bool] = []

    class App:
        def connection_for_read(self):
            held.append(forks._lock.locked())
            raise ConnectionError

    assert not watch.answers(App())
    assert held == [True]
