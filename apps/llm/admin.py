"""Analyses with what they rest on, people's corrections, batches and use: to look at only."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.core.money import budget_in_words, in_words
from apps.llm.costs import nano_of, spent_today_by_all, today
from apps.llm.models import (
    Correction,
    Evidence,
    LlmAnswer,
    LlmBatch,
    LlmBatchLine,
    LlmUse,
    PastVerdict,
    PullRequestAnalysis,
)
from apps.llm.spending import Used, teams_on, total_of

TEAMS_SHOWN = 20  # of today, above the list of use


class ReadOnly:
    """
    Rows are derived: change what they are derived from.

    Deleting stays with the permissions: a team could not be deleted otherwise.
    """

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EvidenceInline(ReadOnly, admin.TabularInline[Evidence, PullRequestAnalysis]):
    model = Evidence
    extra = 0
    can_delete = False
    fields = ("strength", "kind", "tool", "place", "quote", "start", "end")


class PastVerdictInline(ReadOnly, admin.TabularInline[PastVerdict, PullRequestAnalysis]):
    model = PastVerdict
    extra = 0
    can_delete = False
    fields = (
        *("until", "ai_class", "tools", "is_corrected", "markers_version"),
        *("llm_model", "llm_prompt_version"),
    )
    readonly_fields = ("until",)


@admin.register(PullRequestAnalysis)
class PullRequestAnalysisAdmin(ReadOnly, admin.ModelAdmin[PullRequestAnalysis]):
    list_display = (
        "pull_request", "team", "ai_class", "tools", "is_corrected", "llm_state", "llm_reason",
        "hidden_characters",
    )  # fmt: skip
    list_filter = ("ai_class", "is_corrected", "llm_state", "markers_version", "llm_prompt_version")
    list_select_related = ("pull_request", "team")
    search_fields = ("pull_request__title", "team__slug")
    inlines = (EvidenceInline, PastVerdictInline)


@admin.register(LlmAnswer)
class LlmAnswerAdmin(ReadOnly, admin.ModelAdmin[LlmAnswer]):
    list_display = (
        "pull_request", "prompt_version", "model", "prompt_tokens", "completion_tokens",
        "created_at",
    )  # fmt: skip
    # The last is asked for by the guard of teams.
    list_filter = ("prompt_version", "model", "pull_request__team")
    list_select_related = ("pull_request",)


@admin.register(Correction)
class CorrectionAdmin(ReadOnly, admin.ModelAdmin[Correction]):
    list_display = (
        "pull_request", "team", "is_ai_assisted", "tools", "note", "said_by", "created_at",
        "withdrawn_at", "withdrawn_by",
    )  # fmt: skip
    list_filter = ("is_ai_assisted",)
    list_select_related = ("pull_request", "team")
    date_hierarchy = "created_at"
    search_fields = ("pull_request__title", "team__slug", "said_by", "note")


class LlmBatchLineInline(ReadOnly, admin.TabularInline[LlmBatchLine, LlmBatch]):
    model = LlmBatchLine
    extra = 0
    can_delete = False
    fields = ("pull_request", "state", "reason", "rerun")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LlmBatchLine]:
        return super().get_queryset(request).select_related("pull_request").order_by("pk")


@admin.register(LlmBatch)
class LlmBatchAdmin(ReadOnly, admin.ModelAdmin[LlmBatch]):
    list_display = (
        "batch_id", "team", "state", "groq_status", "run", "model", "reason", "looks",
        "created_at", "ended_at",
    )  # fmt: skip
    list_filter = ("state", "model", "prompt_version")
    list_select_related = ("team",)
    date_hierarchy = "created_at"
    search_fields = ("batch_id", "team__slug")
    inlines = (LlmBatchLineInline,)


@admin.register(LlmUse)
class LlmUseAdmin(ReadOnly, admin.ModelAdmin[LlmUse]):
    """Use by day, with the sum of what is listed, and above it what all teams spend today."""

    list_display = (
        "day", "team", "run", "purpose", "model", "way", "requests", "prompt_tokens",
        "cached_tokens", "completion_tokens", "cost",
    )  # fmt: skip
    list_filter = ("purpose", "way", "model")
    list_select_related = ("team",)
    date_hierarchy = "day"
    ordering = ("-day", "team", "-run")
    search_fields = ("team__slug", "team__name")

    @admin.display(description="Cost", ordering="nano_usd")
    def cost(self, row: LlmUse) -> str:
        return in_words(row.nano_usd)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        context = answer.context_data if isinstance(answer, TemplateResponse) else None
        if context and "cl" in context:
            listed = context["cl"]
            context |= {
                "on_page": Used.of(listed.result_list),
                "in_all": total_of(listed.queryset.order_by()),
                "spent_today": in_words(spent_today_by_all()),
                "cap_of_all": budget_in_words(nano_of(settings.LLM_DAILY_USD)),
                "teams_today": teams_on(today(), most=TEAMS_SHOWN),
            }
        return answer
