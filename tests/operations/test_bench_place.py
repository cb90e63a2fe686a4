"""A bench runs on servers of its own, in a folder of its own, and leaves neither behind."""

import json
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from apps.operations.bench import servers
from apps.operations.bench.bench import Bench
from apps.operations.bench.place import PREFIX, environment, unconfigured
from apps.operations.bench.servers import NO_BROKER, NO_POSTGRES, ServerUnusable, postgres_url
from apps.operations.management.commands import bench as command
from apps.operations.supervise import Supervisor
from config.broker import Broker
from tests.operations.conftest import eventually
from tests.operations.machine import ROOT, bare_environment, manage, managing, processes_of

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


def test_nothing_that_can_be_configured_is_passed_on():
    example = (ROOT / ".env.example").read_text()
    names = re.findall(r"^#?(\w+)=", example, re.MULTILINE)
    configured = dict.fromkeys([*names, *(f"{name}_FILE" for name in names)], "7")

    assert "HISTORY_MONTHS" in configured
    assert unconfigured({**configured, "PATH": "/bin"}) == {"PATH": "/bin"}


def test_a_bench_has_the_defaults_whatever_the_shell_and_a_file_say(tmp_path):
    (tmp_path / "configured").write_text("SYNC_MAX_RETRIES=8\nEMAIL_URL=smtp://mail.example:25\n")
    machine = bare_environment(
        tmp_path / "state", PIPELINE_ATTEMPTS="9", DOTENV=str(tmp_path / "configured")
    )
    (tmp_path / "bench").mkdir()
    bench = {**unconfigured(machine), **environment(tmp_path / "bench", "sqlite")}

    assert settings_of(machine) == [9, 8, "mail.example", str(tmp_path / "state")]
    assert settings_of(bench) == [5, 3, None, str(tmp_path / "bench")]


def settings_of(env: dict[str, str]) -> list[object]:
    """Some settings of a process that starts in this environment."""
    code = (
        "import json; from django.conf import settings; print(json.dumps(["
        "settings.PIPELINE['attempts'], settings.HISTORICAL_SYNC_CONFIG['max_retries'],"
        "settings.EMAIL_CONFIG.get('EMAIL_HOST'), str(settings.STATE_DIR)]))"
    )
    said: list[object] = json.loads(manage(env, "shell", "--no-imports", "-c", code).stdout)
    return said


def test_a_bench_reaches_nothing_but_this_machine():
    env = environment(FOLDER, "sqlite")

    outside = [env[name] for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GROQ_BASE_URL")]
    assert all(url.startswith("http://127.0.0.1:9") for url in outside)


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
@pytest.mark.own_servers
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
@pytest.mark.own_servers
@pytest.mark.timeout(120)
def test_a_bench_that_is_killed_leaves_no_process(machine, room):
    endless = ("dispatch", "--repeat", "1000", "--teams", "1", "--database", DATABASE)
    with managing(machine, "bench", *endless):
        assert eventually(lambda: list(room.glob("*/stamps/*")), seconds=60)

    assert eventually(lambda: all(isinstance(each, Path) for each in left_in(room)), seconds=20)
