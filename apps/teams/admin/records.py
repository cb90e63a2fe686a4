"""Who of staff looked at what and why, and what is left of deleted teams: to read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.core.look_only import LookOnly
from apps.teams.models import Deletion, StaffVisit


class NeverDeleted(LookOnly):
    """A record that could be deleted would prove nothing."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StaffVisit)
class StaffVisitAdmin(NeverDeleted, admin.ModelAdmin[StaffVisit]):
    list_display = ("at", "user_name", "team_name", "what", "why")
    list_filter = ("user_name",)
    search_fields = ("user_name", "team_name", "team__slug", "what", "why")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(Deletion)
class DeletionAdmin(NeverDeleted, admin.ModelAdmin[Deletion]):
    list_display = ("at", "team_name", "team_key", "user_name", "done_at")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    search_fields = ("team_name", "user_name")
    exclude = ("code",)  # opens the receipt for whoever has it
    ordering = ("-at", "-pk")
