"""What a flag means at this moment: how many teams its settings reach, and by which of them."""

from dataclasses import dataclass

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import ACTIVE
from apps.teams.models import Flag, Team


@dataclass(frozen=True)
class Reach:
    """Of all teams, how many the flag is on for; `named` and `by_share` do not overlap."""

    total: int
    on: int
    named: int
    by_share: int
    everyone: bool | None

    def __str__(self) -> str:
        teams = "team" if self.total == 1 else "teams"
        return f"on for {self.on} of {self.total} {teams}: {self._because()}"

    def _because(self) -> str:
        if self.everyone is not None:
            return (
                f"“everyone” says {'yes' if self.everyone else 'no'}, and decides before the rest"
            )
        return f"{self.named} by name, {self.by_share} by the percentage"


def reach_of(flag: Flag) -> Reach:
    """Two statements, whatever the number of teams."""
    teams = set(Team.objects.values_list("pk", flat=True))
    if flag.everyone is not None:
        on = len(teams) if flag.everyone else 0
        return Reach(len(teams), on, named=0, by_share=0, everyone=flag.everyone)
    named = teams & set(flag.teams.values_list("pk", flat=True))
    by_share = sum(flag.is_in_share(pk) for pk in teams - named)
    return Reach(len(teams), len(named) + by_share, len(named), by_share, everyone=None)


def runs_under_way() -> tuple[int, int]:
    """Teams whose present run was begun with two phases, and with one: a flag bends neither."""
    active = Team.objects.filter(**{f"{STATUS}__in": ACTIVE})
    ways = list(active.values_list("pipeline_two_phase", flat=True))
    return sum(ways), len(ways) - sum(ways)
