"""A GitHub that the network cannot reach: what a team reads, and what the log says."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.github.api.client import UNREACHABLE, UNTRUSTED
from apps.github.api.errors import GitHubDown
from tests.github.running import sync_recent, track


class Server(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is expected."""


@pytest.fixture
def of_its_own_authority(tmp_path: Path) -> Iterator[str]:
    """An HTTPS server whose certificate nobody has signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    server = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}/graphql"
    server.shutdown()
    thread.join()
    server.server_close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


def the_sync_waits(team, settings, url: str) -> str:
    """:returns: the sentence with which it does."""
    settings.GITHUB_GRAPHQL_URL = url
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_retries": 0}
    track(team, "R_acme/web")
    with pytest.raises(GitHubDown) as caught:
        sync_recent(team)
    assert (caught.value.counts, caught.value.retry_after) == (False, 10)
    return str(caught.value)


@pytest.mark.parametrize("url", ["https://github.invalid/graphql", "http://127.0.0.1:9/graphql"])
def test_a_name_that_nobody_knows_and_a_closed_port_are_waited_for(team, settings, caplog, url):
    assert the_sync_waits(team, settings, url) == UNREACHABLE

    assert "no connection to GitHub: [Errno " in caplog.text
    assert "ghp_secret" not in caplog.text


def test_a_certificate_that_is_not_trusted_is_named(team, settings, caplog, of_its_own_authority):
    assert the_sync_waits(team, settings, of_its_own_authority) == UNTRUSTED

    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
