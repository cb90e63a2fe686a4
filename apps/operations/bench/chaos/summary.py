"""What a chaos bench has survived: counts by fault, and what it cost."""

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from apps.operations.bench.chaos.evidence import Evidence
from apps.operations.bench.chaos.faults_of_the_machine import OF_THE_MACHINE
from apps.operations.bench.chaos.monkey import FAULTS, Planned
from apps.operations.screen import table
from apps.pipeline.machine import Status

TOLD = (*FAULTS, *OF_THE_MACHINE)


@dataclass
class Summary:
    database: str
    first_seed: int
    runs: int = 0
    broken: list[int] = field(default_factory=list)  #: the seeds of broken runs
    teams: int = 0  #: that arrived
    faults: Counter[str] = field(default_factory=Counter)
    longest_stillness: float = 0.0  #: seconds, of the machine
    recoveries: Counter[str] = field(default_factory=Counter)  #: by reason
    retries: int = 0  #: pressed by people, after a failure that they were told
    tickets: int = 0
    claims: int = 0
    copies_of_mails: int = 0  #: with the same Message-ID, beyond the first
    requests: int = 0
    answers: int = 0
    seconds: list[float] = field(default_factory=list)
    last: str = ""  #: the last run, for whoever watches

    def add(self, seed: int, found: Evidence, *, seconds: float, is_broken: bool) -> None:
        self._count(seed, seconds=seconds, is_broken=is_broken)
        self.faults.update(strike.fault.name for strike in found.struck)
        for strike in found.struck:
            if strike.fault in OF_THE_MACHINE:
                seconds_still = strike.ended - strike.began
                self.longest_stillness = max(self.longest_stillness, seconds_still)
        self.answers += found.answers
        for trail in found.trails:
            self.teams += trail.team.onboarding_pipeline_status == Status.COMPLETE
            self.tickets += trail.team.pipeline_ticket
            self.claims += len(trail.taken)
            self.requests += trail.requests
            self.retries += sum(entry.verb == "retry" for entry in trail.log)
            self.recoveries.update(e.reason for e in trail.log if e.verb == "send_again")
            self.copies_of_mails += sum(max(mail.copies - 1, 0) for mail in trail.mails)
        names = ", ".join(strike.fault.name for strike in found.struck) or "nothing"
        self.last = f"seed {seed}: {len(found.trails)} teams, {seconds:.1f} s: {names}"

    def add_broken(self, seed: int, planned: Sequence[Planned], *, seconds: float) -> None:
        """A run that did not end: what was planned for it is all that is known."""
        self._count(seed, seconds=seconds, is_broken=True)
        names = ", ".join(each.fault.name for each in planned)
        self.last = f"seed {seed}: did not end well in {seconds:.0f} s; planned were: {names}"

    def print(self, console: Console, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(self.as_dict(), indent=2))  # noqa: T201 - the command's output
            return
        console.print(self._faults())
        console.print(self._figures())

    def as_dict(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "seed": self.first_seed,
            "runs": self.runs,
            "broken": self.broken,
            "teams": self.teams,
            "faults": {fault.name: self.faults[fault.name] for fault in TOLD},
            "longest_stillness": round(self.longest_stillness, 1),
            "recoveries": dict(self.recoveries),
            "retries": self.retries,
            "tickets": self.tickets,
            "claims": self.claims,
            "copies_of_mails": self.copies_of_mails,
            "requests": self.requests,
            "answers": self.answers,
            "seconds_median": round(statistics.median(self.seconds), 1) if self.seconds else None,
        }

    def _count(self, seed: int, *, seconds: float, is_broken: bool) -> None:
        self.runs += 1
        self.seconds.append(seconds)
        if is_broken:
            self.broken.append(seed)

    def _stillness(self) -> str:
        return f"{self.longest_stillness:.1f} at most" if self.longest_stillness else "never"

    def _faults(self) -> Table:
        return table(
            ("fault", "times"),
            [(f.name, str(self.faults[f.name])) for f in TOLD if self.faults[f.name]],
        )

    def _figures(self) -> Table:
        reasons = "; ".join(f"{reason}: {n}" for reason, n in self.recoveries.most_common())
        return table(
            ("figure", "value"),
            [
                ("database", self.database),
                ("runs, the first with seed", f"{self.runs}, {self.first_seed}"),
                ("runs with a broken invariant", str(len(self.broken))),
                ("teams that arrived", str(self.teams)),
                ("faults that struck", str(self.faults.total())),
                ("seconds that the machine stood still", self._stillness()),
                ("tickets minted, and taken", f"{self.tickets}, {self.claims}"),
                ("sent again", reasons or "never"),
                ("retries pressed by people", str(self.retries)),
                ("copies of a mail", str(self.copies_of_mails)),
                ("requests to GitHub, answers of Groq", f"{self.requests}, {self.answers}"),
                ("seconds of a run, median", f"{self.as_dict()['seconds_median']}"),
            ],
        )
