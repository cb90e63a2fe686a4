"""A bench runs on servers of its own, in a folder of its own, and leaves neither behind."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from apps.operations.bench import servers
from apps.operations.bench.bench import Bench
from apps.operations.bench.place import PREFIX, environment
from apps.operations.bench.servers import NO_BROKER, NO_POSTGRES, ServerUnusable, postgres_url
from apps.operations.management.commands import bench as command
from apps.operations.supervise import Supervisor
from config.broker import Broker
from tests.operations.conftest import eventually
from tests.operations.machine import bare_environment, manage, managing, processes_of

FOLDER = Path("/somewhere")
DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder for temporary files that PostgreSQL's user may pass through, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def machine(tmp_path, room) -> dict[str, str]:
    return bare_environment(tmp_path / "state", TMPDIR=str(room))


def left_in(room: Path) -> set[object]:
    """Folders of benches, and processes that run in one."""
    return {*room.iterdir(), *processes_of({"STATE_DIR": f"{room}/{PREFIX}"})}


def test_a_bench_has_a_database_and_a_broker_of_its_own():
    env = environment(FOLDER, "sqlite")

    assert env["DATABASE_URL"] == "sqlite:////somewhere/db.sqlite3"
    assert (env["REDIS_URL"], env["STATE_DIR"]) == ("", "/somewhere")


def test_a_value_from_a_configured_file_does_not_count():
    env = environment(FOLDER, "postgres")

    assert env["DATABASE_URL_FILE"] == env["SECRET_KEY_FILE"] == env["REDIS_URL_FILE"] == ""


def test_a_bench_reaches_nothing_but_this_machine():
    env = environment(FOLDER, "sqlite")

    outside = [env[name] for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GROQ_BASE_URL")]
    assert all(url.startswith("http://127.0.0.1:9") for url in outside)
    assert env["EMAIL_URL"].startswith("filemail:")


def test_the_postgres_of_a_bench_is_reached_by_a_socket_in_its_folder():
    assert postgres_url(FOLDER) == "postgres://mergelight@//somewhere/postgres"


@pytest.mark.parametrize(
    ("prefers", "found", "database"),
    [(True, Path("/bin"), "postgres"), (True, None, "sqlite"), (False, Path("/bin"), "sqlite")],
)
def test_postgres_is_used_unasked_only_by_who_prefers_it_and_has_it(
    monkeypatch, prefers, found, database
):
    monkeypatch.setattr(command, "postgres_binaries", lambda: found)
    bench = Bench("", lambda _parser: None, lambda _place, _options: 0, prefers_postgres=prefers)

    assert command.default_database(bench) == database


def test_a_missing_postgres_is_told_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "postgres_binaries", lambda: None)

    with Supervisor() as supervisor, pytest.raises(ServerUnusable, match=NO_POSTGRES[:30]):
        servers.start_postgres(supervisor, tmp_path, durable=False)


def test_a_missing_broker_is_told_in_a_sentence():
    files = Broker(url="filesystem://", folder="/nowhere")

    with (
        override_settings(BROKER=files),
        Supervisor() as supervisor,
        pytest.raises(ServerUnusable, match=NO_BROKER[:30]),
    ):
        servers.start_broker(supervisor)


def test_another_folder_is_not_taken_for_a_bench(machine, tmp_path):
    (tmp_path / "precious").touch()

    ended = manage(machine, "bench", "dispatch", "--inside", str(tmp_path))

    assert ended.returncode == 1
    assert ended.stderr == "CommandError: --inside is for the command itself; leave it out.\n"
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize(
    "arguments", [(), ("polka",), ("dispatch", "--teams", "0"), ("dispatch", "--database", "x")]
)
def test_a_question_that_is_not_understood_ends_with_2_and_starts_nothing(machine, room, arguments):
    ended = manage(machine, "bench", *arguments)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert left_in(room) == set()


@pytest.mark.workers
@pytest.mark.timeout(120)
def test_a_signal_in_the_middle_leaves_neither_processes_nor_files(machine, room):
    endless = ("dispatch", "--repeat", "1000", "--teams", "1", "--database", DATABASE)
    with managing(machine, "bench", *endless) as process:
        assert eventually(lambda: list(room.glob("*/stamps/*")), seconds=60)  # tasks go by

        process.send_signal(signal.SIGTERM)
        process.communicate()

    assert process.returncode == 128 + signal.SIGTERM
    assert left_in(room) == set()


@pytest.mark.workers
@pytest.mark.timeout(120)
def test_a_bench_that_is_killed_leaves_no_process(machine, room):
    endless = ("dispatch", "--repeat", "1000", "--teams", "1", "--database", DATABASE)
    with managing(machine, "bench", *endless):
        assert eventually(lambda: list(room.glob("*/stamps/*")), seconds=60)

    assert eventually(lambda: all(isinstance(each, Path) for each in left_in(room)), seconds=20)
