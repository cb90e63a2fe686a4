"""The stored weeks, to look at: they are computed, so nobody edits them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.metrics.models import MemberWeek, TeamWeek


class ComputedOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TeamWeek)
class TeamWeekAdmin(ComputedOnly, admin.ModelAdmin[TeamWeek]):
    list_display = ("team", "week_start", "merged", "cycle_time", "reviewed", "ai_assisted")
    list_filter = ("week_start",)
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug")


@admin.register(MemberWeek)
class MemberWeekAdmin(ComputedOnly, admin.ModelAdmin[MemberWeek]):
    list_display = ("member", "team", "week_start", "merged", "reviews_given")
    list_filter = ("week_start",)
    list_select_related = ("team", "member")
    search_fields = ("team__name", "team__slug", "member__login")
