"""Insights and summaries, to look at: they are computed, so nobody edits them."""

from django.contrib import admin

from apps.core.look_only import LookOnly
from apps.insights.limits import is_known
from apps.insights.models import Insight, RuleSetting, Summary


@admin.register(Insight)
class InsightAdmin(LookOnly, admin.ModelAdmin[Insight]):
    list_display = ("team", "rule", "title", "n", "period_start", "period_end", "ended_at")
    list_filter = ("rule", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug", "title")
    exclude = ("pull_requests",)  # a widget of all the pull requests there are


@admin.register(Summary)
class SummaryAdmin(LookOnly, admin.ModelAdmin[Summary]):
    list_display = ("team", "source", "computed_at")
    list_filter = ("source",)
    list_select_related = ("team",)
    search_fields = ("team__name", "team__slug")


@admin.register(RuleSetting)
class RuleSettingAdmin(LookOnly, admin.ModelAdmin[RuleSetting]):
    """Teams change theirs on their page; here it shows which ones no rule reads any more."""

    list_display = ("team", "rule", "key", "value", "is_read", "changed_at", "changed_by")
    list_filter = ("rule",)
    list_select_related = ("team", "changed_by")
    search_fields = ("team__name", "team__slug")

    @admin.display(boolean=True, description="read by a rule")
    def is_read(self, setting: RuleSetting) -> bool:
        return is_known(setting.rule, setting.key)
