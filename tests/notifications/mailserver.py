"""A small SMTP server that takes mail, or answers as a test says. Real sockets, no mocks."""

import socketserver
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

CLOSE = "close"  # an answer that hangs up instead
SILENCE = "silence"  # an answer that never comes


class MailServer(socketserver.ThreadingTCPServer):
    """`answers["RCPT"].append("550 no such user")` is the answer to the next RCPT."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[tuple[str, Message]] = []
        self.answers: defaultdict[str, deque[str]] = defaultdict(deque)
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.recipient, self.goes_on = "", True
        self.say("220 test", "CONNECT")
        while self.goes_on and (line := self.rfile.readline()):
            verb, _, rest = line.decode().strip().partition(" ")
            self.obey(verb.upper(), rest)

    def obey(self, verb: str, rest: str) -> None:
        if verb == "RCPT":
            self.recipient = rest.partition("<")[2].partition(">")[0]
        if verb == "QUIT":
            self.goes_on = False
            self.say("221 bye", verb)
        elif verb == "DATA":
            if self.say("354 go on", verb):
                self.take()
        else:
            self.say("250 ok", verb)

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if self.server.answers["TAKEN"] and self.server.answers["TAKEN"][0][0] in "45":
            self.say("", "TAKEN")
            return
        self.server.taken.append((self.recipient, message_from_bytes(b"".join(lines))))
        self.say("250 taken", "TAKEN")

    def say(self, usual: str, verb: str) -> bool:
        """Give the test's answer, else the usual one; whether it was the usual one."""
        waiting = self.server.answers[verb]
        answer = waiting.popleft() if waiting else usual
        if answer == SILENCE:
            self.server.over.wait(20)
        if answer in (CLOSE, SILENCE):
            self.goes_on = False
        else:
            self.wfile.write(answer.encode() + b"\r\n")
        return answer == usual


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
