"""The transition log over all teams, read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.pipeline.models import PipelineTransition


@admin.register(PipelineTransition)
class PipelineTransitionAdmin(admin.ModelAdmin[PipelineTransition]):
    list_display = (
        *("team", "ticket", "run", "verb", "source", "target", "position", "actor", "reason", "at"),
    )
    list_filter = ("verb", "target", "actor")
    list_select_related = ("team",)
    search_fields = ("team__slug", "team__name", "reason")
    ordering = ("-at", "-ticket")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
