"""The rollout of a flag: whom it reaches now, and what a change would not touch."""

from django.contrib import admin
from waffle.admin import FlagAdmin as WaffleFlagAdmin

from apps.teams.models import TWO_PHASE_FLAG, Flag
from apps.teams.rollout import reach_of, runs_under_way


@admin.register(Flag)
class FlagAdmin(WaffleFlagAdmin):
    """
    A flag with its teams; `percent` is a share of all teams.

    What waffle decides by person or by language has no field here: `is_active_for_team` asks for
    none of it.
    """

    fields = ("name", "reach", "under_way", "everyone", "percent", "teams", "named", "note")
    readonly_fields = ("reach", "under_way", "named")
    raw_id_fields = ("teams",)
    list_display = ("name", "reach", "everyone", "percent", "note")  # type: ignore[assignment]
    list_filter = ("everyone",)  # type: ignore[assignment]

    @admin.display(description="Now")
    def reach(self, flag: Flag) -> str:
        return str(reach_of(flag)) if flag.pk else "Saved first, then counted."

    @admin.display(description="Teams by name")
    def named(self, flag: Flag) -> str:
        if not flag.pk:
            return "None."
        return ", ".join(str(team) for team in flag.teams.order_by("name")) or "None."

    @admin.display(description="Runs under way")
    def under_way(self, flag: Flag) -> str:
        if flag.name != TWO_PHASE_FLAG:
            return "No run asks for this flag."
        two, one = runs_under_way()
        return (
            f"{two} of two phases, {one} of one. A run asks once, when it begins: a change "
            "reaches the runs that begin after it."
        )
