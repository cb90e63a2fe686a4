"""Which process has a ticket, and whether it is still there: asked of real processes."""

import os
import signal
import subprocess
import sys

import pytest

from apps.pipeline import identity
from apps.pipeline.identity import Identity, is_gone, is_ours, this_process

SHOW = "from apps.pipeline.identity import this_process; print(this_process(), flush=True); input()"

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


@pytest.fixture
def child():
    """A living process, and its identity as it tells it."""
    with subprocess.Popen(
        [sys.executable, "-c", SHOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, process.stdout.readline().strip()
        process.kill()


@linux
def test_a_living_process_is_not_gone_even_when_it_is_stopped(child):
    process, stored = child
    assert not is_gone(stored)

    process.send_signal(signal.SIGSTOP)

    assert not is_gone(stored)


@linux
def test_a_killed_process_is_gone_before_anybody_has_waited_for_it(child):
    process, stored = child

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie

    assert is_gone(stored)


@linux
def test_another_process_with_the_same_number_is_another_process():
    me = this_process()
    number, _, start = me.process.partition(".")
    before = f"{number}.{int(start) - 1}"

    assert not is_gone(str(me))
    assert is_gone(str(Identity(me.place, me.parent, before)))


@linux
@pytest.mark.parametrize("part", ["another-host/", "another-boot/"])
def test_a_process_of_another_place_is_never_called_gone(part):
    me = this_process()
    elsewhere = Identity(f"{part}{me.place}", "1.1", "999999.1")

    assert not is_gone(str(elsewhere))


@linux
def test_a_process_owns_what_its_children_have_taken_and_nobody_else_does(child):
    _, stored = child

    assert is_ours(stored)
    assert is_ours(str(this_process()))
    assert not is_ours(str(Identity(this_process().place, "1.1", "2.1")))


def test_where_nothing_can_be_looked_up_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "PROC", tmp_path)
    identity._identity.cache_clear()
    try:
        assert str(this_process()) == ""
        assert not is_gone("")
        assert not is_gone("host/boot/ns 1.1 2.2")
        assert not is_ours("")
    finally:
        identity._identity.cache_clear()


@linux
def test_another_user_s_process_is_never_called_gone_because_it_may_be_hidden():
    me = this_process()
    other_user = Identity(f"{me.place.rpartition('/')[0]}/{os.geteuid() + 1}", "1.1", "999999.1")

    assert not is_gone(str(other_user))


@linux
def test_what_cannot_be_looked_up_is_not_called_gone(child, monkeypatch):
    process, stored = child
    process.kill()
    process.wait()
    assert is_gone(stored)

    def no_file_left(number):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(identity, "_process", no_file_left)

    assert not is_gone(stored)


@linux
def test_a_proc_of_another_namespace_says_nothing_of_us(monkeypatch):
    monkeypatch.setattr(identity, "_process", lambda number: None)
    identity._identity.cache_clear()
    try:
        assert str(this_process()) == ""
    finally:
        identity._identity.cache_clear()
