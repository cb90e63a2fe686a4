"""The stored weeks, to look at: they are computed, so nobody edits them."""

from django.contrib import admin

from apps.core.look_only import LookOnly
from apps.metrics.models import CountingChange, Measurement, MemberWeek, TeamWeek


@admin.register(TeamWeek)
class TeamWeekAdmin(LookOnly, admin.ModelAdmin[TeamWeek]):
    list_display = ("team", "week_start", "merged", "cycle_time", "reviewed", "ai_assisted")
    list_filter = ("week_start",)
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug")


@admin.register(Measurement)
class MeasurementAdmin(LookOnly, admin.ModelAdmin[Measurement]):
    list_display = ("team", "computed_at")
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug")


@admin.register(MemberWeek)
class MemberWeekAdmin(LookOnly, admin.ModelAdmin[MemberWeek]):
    list_display = ("member", "team", "week_start", "merged", "reviews_given")
    list_filter = ("week_start",)
    list_select_related = ("team", "member")
    search_fields = ("team__name", "team__slug", "member__login")


@admin.register(CountingChange)
class CountingChangeAdmin(LookOnly, admin.ModelAdmin[CountingChange]):
    list_display = ("at", "team", "actor", "sentence")
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug", "actor")
