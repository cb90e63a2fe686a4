"""The transition log over all teams, read-only, and what it says of phase 1."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.pipeline.models import PipelineTransition
from apps.pipeline.phase1_times import (
    GOAL,
    Outcome,
    Run,
    Times,
    by_week,
    runs_through_phase1,
    times_of,
)

RUNS_SHOWN = 50
WEEKS_SHOWN = 26


@admin.register(PipelineTransition)
class PipelineTransitionAdmin(admin.ModelAdmin[PipelineTransition]):
    change_list_template = "admin/pipeline/pipelinetransition/change_list.html"
    list_display = (
        *("team", "ticket", "run", "verb", "source", "target", "position", "actor", "reason", "at"),
    )
    list_filter = ("verb", "target", "actor")
    list_select_related = ("team",)
    search_fields = ("team__slug", "team__name", "reason")
    date_hierarchy = "at"
    ordering = ("-at", "-ticket")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.phase1_times)
        return [path("phase-1-times/", page, name="phase1_times"), *super().get_urls()]

    def phase1_times(self, request: HttpRequest) -> HttpResponse:
        """How long until dashboards opened, for whoever may see the log that says it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        runs = runs_through_phase1()
        opened = [run for run in runs if run.outcome is Outcome.OPENED]
        weeks = by_week(runs)
        context = {
            "title": "Phase 1: from the start to the open dashboard",
            "opts": self.opts,
            "goal": f"{GOAL // timedelta(minutes=1)} minutes",
            "all": _row("All runs", times_of(runs)),
            "ways": [
                _row("of two phases", times_of(run for run in opened if run.two_phase)),
                _row("of one phase", times_of(run for run in opened if not run.two_phase)),
            ],
            "weeks": [_row(str(one.week), one.times) for one in weeks[:WEEKS_SHOWN]],
            "weeks_left": max(len(weeks) - WEEKS_SHOWN, 0),
            "runs": [(run, _end_of(run)) for run in runs[:RUNS_SHOWN]],
            "runs_left": max(len(runs) - RUNS_SHOWN, 0),
        }
        return TemplateResponse(
            request,
            "admin/pipeline/phase1_times.html",
            self.admin_site.each_context(request) | context,
        )


def _row(label: str, times: Times) -> dict[str, object]:
    share = times.share_within_goal
    return {
        "label": label,
        "times": times,
        "median": _in_words(times.median),
        "p95": _in_words(times.p95),
        "share": "–" if share is None else f"{share:.0f} % ({times.within_goal} of {times.n})",
    }


def _end_of(run: Run) -> str:
    took = f"{run.outcome.value} after {_in_words(run.took)}" if run.took else run.outcome.value
    if run.took and run.stops:
        took += f", stopped {run.stops} times" if run.stops > 1 else ", stopped once"
    return took


def _in_words(time: timedelta | None) -> str:
    if time is None:
        return "–"
    seconds = round(time.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"
