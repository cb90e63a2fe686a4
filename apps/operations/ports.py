"""TCP ports of this machine: finding a free one, and waiting until somebody listens."""

import socket
import time
from argparse import ArgumentTypeError
from collections.abc import Callable

HOST = "127.0.0.1"


class NothingListens(Exception):
    """Nobody has begun to listen in time; the message is a sentence."""


class PortTaken(Exception):
    """Somebody else listens on the port that was asked for; the message is a sentence."""


def port_number(text: str) -> int:
    """
    What a person writes for a port.

    :raises ArgumentTypeError: for anything but 1 to 65535.
    """
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise ArgumentTypeError(f"“{text}” is not a port: 1 to 65535")
    return int(text)


def claim_port(port: int) -> int:
    """
    That very port.

    :raises PortTaken: if somebody has it.
    """
    if free_port(port) != port:
        raise PortTaken(f"Port {port} is in use. Give another --port, or leave it out.")
    return port


def free_port(preferred: int = 0) -> int:
    """The preferred port if nobody has it, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NothingListens(f"No port is free on {HOST}.")


def wait_until_listening(port: int, *, name: str, seconds: float, tend: Callable[[], None]) -> None:
    """
    Return as soon as somebody accepts connections; `tend` is called while waiting.

    :raises NothingListens: after so many seconds.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            tend()
            time.sleep(0.05)
        else:
            return
    raise NothingListens(f"{name} did not listen on port {port} within {seconds:.0f} seconds.")
