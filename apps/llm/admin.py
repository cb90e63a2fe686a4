"""Analyses with the evidence they rest on; to look at, not to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.llm.models import Evidence, LlmAnswer, PullRequestAnalysis


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


@admin.register(PullRequestAnalysis)
class PullRequestAnalysisAdmin(ReadOnly, admin.ModelAdmin[PullRequestAnalysis]):
    list_display = (
        "pull_request", "team", "ai_class", "tools", "llm_state", "llm_reason", "hidden_characters",
    )  # fmt: skip
    list_filter = ("ai_class", "llm_state", "markers_version")
    list_select_related = ("pull_request", "team")
    search_fields = ("pull_request__title", "team__slug")
    inlines = (EvidenceInline,)


@admin.register(LlmAnswer)
class LlmAnswerAdmin(ReadOnly, admin.ModelAdmin[LlmAnswer]):
    list_display = (
        "pull_request", "prompt_version", "model", "prompt_tokens", "completion_tokens",
        "created_at",
    )  # fmt: skip
    list_filter = ("prompt_version", "model")
    list_select_related = ("pull_request",)
