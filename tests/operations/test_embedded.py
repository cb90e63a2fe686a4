"""The embedded Valkey: reachable by this user only, by one socket, and shared by two commands."""

import stat
import sys
from pathlib import Path

import pytest
import redis
from redis.exceptions import ConnectionError as NoConnection

from apps.operations import embedded
from apps.operations.embedded import BrokerUnusable, start_broker
from apps.operations.supervise import Supervisor
from config.broker import Broker, choose_broker, embedded_server
from tests.operations.conftest import eventually, tended

needs_server = pytest.mark.skipif(not embedded_server(), reason="no Valkey or Redis server here")


@pytest.fixture
def broker(settings, tmp_path) -> Broker:
    settings.BROKER = choose_broker("", tmp_path / "state")
    return settings.BROKER


def ping(broker: Broker) -> bool:
    with redis.Redis(unix_socket_path=broker.socket, socket_timeout=10) as client:
        try:
            return bool(client.ping())
        except NoConnection:
            return False


@needs_server
def test_the_embedded_broker_answers_on_a_private_socket_and_on_no_port(broker, tmp_path):
    with Supervisor() as supervisor:
        start_broker(supervisor, log=tmp_path / "log")

        with redis.Redis(unix_socket_path=broker.socket) as client:
            assert client.config_get("port") == {"port": "0"}
            assert client.config_get("save") == {"save": ""}
        assert stat.S_IMODE(Path(broker.socket).parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(Path(broker.socket).stat().st_mode) == 0o700

    assert not ping(broker)


@needs_server
def test_a_second_command_shares_the_broker_and_keeps_it_alive(broker, tmp_path):
    first, second = Supervisor(), Supervisor()
    with tended(second) as in_time:
        with first:
            start_broker(first, log=tmp_path / "first.log")
            start_broker(second, log=tmp_path / "second.log")
            with redis.Redis(unix_socket_path=broker.socket) as client:
                served_by = client.info("server")["process_id"]

        assert in_time(lambda: ping(broker))
        with redis.Redis(unix_socket_path=broker.socket) as client:
            assert client.info("server")["process_id"] != served_by


def test_a_configured_redis_needs_nothing_started(settings, tmp_path):
    settings.BROKER = choose_broker("redis://localhost:6379/0", tmp_path)

    with Supervisor() as supervisor:
        start_broker(supervisor, log=tmp_path / "log")

        assert supervisor.children == []


def test_without_a_server_messages_travel_through_files_and_a_sentence_says_so(
    settings, tmp_path, capsys
):
    settings.BROKER = Broker(url="filesystem://", folder=str(tmp_path / "messages"))

    with Supervisor() as supervisor:
        start_broker(supervisor, log=tmp_path / "log")

    assert (tmp_path / "messages" / "control").is_dir()
    assert stat.S_IMODE((tmp_path / "messages").stat().st_mode) == 0o700
    assert "no Valkey or Redis server was found" in capsys.readouterr().err


def test_a_server_that_does_not_start_is_told_in_a_sentence(settings, tmp_path, monkeypatch):
    silent = str(Path(sys.prefix) / "bin" / "python")
    settings.BROKER = Broker(url="", server=silent, socket=str(tmp_path / "s" / "valkey.sock"))
    monkeypatch.setattr(embedded, "PATIENCE", 0.5)

    with pytest.raises(BrokerUnusable, match="did not answer"), Supervisor() as supervisor:
        start_broker(supervisor, log=tmp_path / "log")


@needs_server
def test_a_deep_state_folder_still_gets_a_socket(settings, tmp_path):
    deep = tmp_path / ("deep" * 30)
    settings.BROKER = choose_broker("", deep)

    with Supervisor() as supervisor:
        start_broker(supervisor, log=tmp_path / "log")

        assert eventually(lambda: ping(settings.BROKER))
