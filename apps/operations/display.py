"""A run on the screen: live bars on a terminal, one line for each change anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from apps.github.models import TrackedRepository
from apps.operations.follow import Glance, RepositoryGlance

BAR = 30  # columns
STATES = dict(TrackedRepository.SyncStatus.choices)


class Display(Protocol):
    def show(self, glance: Glance) -> None: ...


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """What suits this console."""
    if console.is_terminal:
        with Live(console=console, refresh_per_second=8) as live:
            yield Bars(live)
    else:
        yield Lines(console)


class Bars:
    """Redraws the whole picture in place."""

    def __init__(self, live: Live) -> None:
        self.live = live

    def show(self, glance: Glance) -> None:
        self.live.update(Group(self._headline(glance), self._repositories(glance)))

    def _headline(self, glance: Glance) -> Table:
        standing = glance.standing
        row = Table.grid(padding=(0, 2))
        words = [standing.label, f"{standing.percent} %", counts(glance), waiting(glance)]
        bar = ProgressBar(total=100, completed=standing.percent, width=BAR)
        row.add_row(bar, *map(Text, words))
        return row

    def _repositories(self, glance: Glance) -> Table:
        rows = Table.grid(padding=(0, 2))
        for repository in glance.repositories:
            bar = ProgressBar(
                total=max(repository.total, 1), completed=repository.completed, width=BAR
            )
            rows.add_row(bar, Text(repository.name), Text(repository_words(repository)))
        return rows


class Lines:
    """One line for each change of state, and for each quarter of what takes long."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.shown: dict[str, str] = {}

    def show(self, glance: Glance) -> None:
        headline = f"{glance.standing.label} ({glance.standing.percent} %): {counts(glance)}"
        quarter = quarters(glance.analysed, glance.pull_requests)
        self._once("", f"{glance.status} {quarter}", headline)
        for repository in glance.repositories:
            text = f"  {repository.name}: {repository_words(repository)}"
            quarter = quarters(repository.completed, repository.total)
            self._once(repository.name, f"{repository.status} {quarter}", text)
        if wait := waiting(glance):
            self._once("wait", wait, f"  {wait}")

    def _once(self, about: str, state: str, text: str) -> None:
        if self.shown.get(about) != state:
            self.shown[about] = state
            self.console.print(text, markup=False)


def quarters(part: int, whole: int) -> int:
    return 4 * part // whole if whole else 0


def counts(glance: Glance) -> str:
    return f"{glance.pull_requests} pull requests, {glance.analysed} analysed"


def waiting(glance: Glance) -> str:
    """Why nothing moves at the moment; empty while it does."""
    if glance.standing.waits_for == "worker":
        return "Waiting for a worker."
    return glance.standing.error if glance.standing.is_active else ""


def repository_words(repository: RepositoryGlance) -> str:
    words = f"{STATES[repository.status].lower()}, {repository.completed} of {repository.total}"
    return f"{words}: {repository.error}" if repository.error else words
