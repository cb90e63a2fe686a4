"""What a bench is to `manage.py bench`."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.operations.bench.place import Place


@dataclass(frozen=True)
class Bench:
    """
    A bench: the arguments it adds, and what it does in its place.

    `run` gets the place and the parsed arguments by name, and returns the command's exit code.
    """

    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Place, Mapping[str, Any]], int]
    durable: bool = False  #: the default of --durable: for figures, not for faults
    environment: Callable[[], Mapping[str, str]] = dict  #: of its place, beyond every bench's
    prefers_postgres: bool = False  #: where its binaries are found


def at_least_one(text: str) -> int:
    """What a person writes for how many."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise ArgumentTypeError(f"“{text}” is not a number of 1 or more")
    return int(text)
