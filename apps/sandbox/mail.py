"""
A mail server that delivers nothing and remembers what it took: SMTP without TLS and without login.

Django's SMTP backend talks to it through `EMAIL_URL`. One fault is drawn for each message: for the
first of a connection when it opens, for each further one at its MAIL command.
"""

import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from threading import Lock, Thread

from apps.sandbox.control import Control

HOST = "127.0.0.1"
REFUSE, REJECT, DEFER, HANG, DROP = "refuse", "reject", "defer", "hang", "drop"
KNOWN_FAULTS = (REFUSE, REJECT, DEFER, HANG, DROP)


@dataclass(frozen=True)
class Mail:
    """One accepted message."""

    message_id: str
    to: tuple[str, ...]
    at: float  # of time.monotonic()


@dataclass
class MailSink:
    """
    A running mail server.

    `control.change` takes `faults`, `next` and `clear`; `control.stats()["counts"]` has
    "connections", "texts" (arrived whole, whatever came of them) and "accepted".
    """

    url: str  # for EMAIL_URL
    control: Control
    received: list[Mail] = field(default_factory=list)  # in the order of acceptance


@contextmanager
def mail_sink(port: int = 0, *, seed: int = 1) -> Iterator[MailSink]:
    """Take mail until the block ends, which cuts what is still connected; port 0: any free one."""
    server = _Server(port, Control(known_faults=KNOWN_FAULTS, seed=seed))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.sink
    finally:
        server.shutdown()
        server.server_close()
        server.cut_all()
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, control: Control) -> None:
        super().__init__((HOST, port), _Session)
        self.control = control
        self.sink = MailSink(f"smtp://{HOST}:{self.server_address[1]}", control)
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def cut_all(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def accept(self, headers: bytes, recipients: tuple[str, ...]) -> None:
        message_id = str(BytesHeaderParser().parsebytes(headers)["Message-ID"] or "").strip()
        with self._lock:
            self.sink.received.append(Mail(message_id, recipients, time.monotonic()))
        self.control.count("accepted")


class _Session(socketserver.StreamRequestHandler):
    """One connection; `handle` ends where the client leaves or a fault ends it."""

    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with suppress(OSError):  # the client may be gone
            super().finish()

    def handle(self) -> None:
        self.server.control.count("connections")
        self._recipients: list[str] = []
        self._is_first = True
        self._fault = self.server.control.fault()
        with suppress(ConnectionError):
            goes_on = self._greet()
            while goes_on and (line := self.rfile.readline()):
                verb, _, rest = line.decode(errors="replace").strip().partition(" ")
                goes_on = self._obey(verb.upper(), rest)

    def _greet(self) -> bool:
        return self._hang_up_busy() if self._fault == REFUSE else self._say("220 sandbox")

    def _obey(self, verb: str, rest: str) -> bool:
        """Answer one command; False ends the connection."""
        match verb:
            case "MAIL":
                return self._begin()
            case "RCPT" if self._fault == REJECT:
                return self._say("550 5.1.1 No such mailbox")
            case "RCPT":
                self._recipients.append(rest.partition("<")[2].partition(">")[0])
                return self._say("250 OK")
            case "DATA":
                return self._say("354 Go ahead") and self._take()
            case "EHLO" | "HELO" | "NOOP" | "RSET":
                return self._say("250 sandbox")
            case "QUIT":
                self._say("221 Bye")
                return False
        return self._say("502 5.5.1 Not here")

    def _begin(self) -> bool:
        if not self._is_first:
            self._fault = self.server.control.fault()
        self._is_first, self._recipients = False, []
        return self._hang_up_busy() if self._fault == REFUSE else self._say("250 OK")

    def _take(self) -> bool:
        """Take the text, and say what came of it as the fault wants."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # the client died in the middle: this is no message
            lines.append(line)
        self.server.control.count("texts")
        if self._fault == DEFER:
            return self._say("451 4.3.0 Try again later")
        if self._fault == HANG:
            self.rfile.read()  # until the client gives up or the sink is closed
            return False
        self.server.accept(b"".join(lines), tuple(self._recipients))
        return False if self._fault == DROP else self._say("250 OK")

    def _say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def _hang_up_busy(self) -> bool:
        self._say("421 4.3.2 Too busy")
        return False
