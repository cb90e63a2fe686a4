"""Filters of the list of teams."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.pipeline.stuck import STUCK, TROUBLES

ANY = "stuck"


class TroubleFilter(SimpleListFilter):
    """By what keeps a team; the first choice is whoever needs somebody."""

    title = "what keeps it"
    parameter_name = "trouble"

    def lookups(
        self, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> Iterator[tuple[str, str]]:
        yield ANY, "Needs somebody"
        for name, trouble in TROUBLES.items():
            yield name, trouble.label

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if wanted == ANY:
            return queryset.filter(trouble__in=STUCK)
        return queryset.filter(trouble=wanted) if wanted in TROUBLES else queryset
