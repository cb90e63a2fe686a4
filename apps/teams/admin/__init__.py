"""What staff see of teams, of the flag, and of what staff have done."""

from apps.teams.admin.flags import FlagAdmin
from apps.teams.admin.records import DeletionAdmin, StaffVisitAdmin
from apps.teams.admin.teams import TeamAdmin

__all__ = ["DeletionAdmin", "FlagAdmin", "StaffVisitAdmin", "TeamAdmin"]
