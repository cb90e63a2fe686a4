"""Insights and summaries, to look at: they are computed, so nobody edits them."""

from django.contrib import admin

from apps.core.look_only import LookOnly
from apps.insights.models import Insight, Summary


@admin.register(Insight)
class InsightAdmin(LookOnly, admin.ModelAdmin[Insight]):
    list_display = ("team", "rule", "title", "n", "period_start", "period_end")
    list_filter = ("rule",)
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug", "title")
    exclude = ("pull_requests",)  # a widget of all the pull requests there are


@admin.register(Summary)
class SummaryAdmin(LookOnly, admin.ModelAdmin[Summary]):
    list_display = ("team", "source", "computed_at")
    list_filter = ("source",)
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug")
