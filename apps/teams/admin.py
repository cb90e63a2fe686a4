"""Teams: where each stands, one button per move that its status allows, and the log beside it."""

from datetime import timedelta
from typing import Any

import django_fsm as fsm
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_fsm.admin import FSMAdminMixin
from waffle.admin import FlagAdmin as WaffleFlagAdmin

from apps.core import money
from apps.pipeline.columns import STATUS
from apps.pipeline.models import MOVE_PERMISSION, PipelineTransition
from apps.pipeline.moves import MoveRefused, move
from apps.teams.journal import ADMIN, in_words
from apps.teams.models import Flag, Membership, Team

LOG_ROWS = 50  # shown beside the buttons
USE_DAYS = 30
LOG_HEADS = ("Ticket", "At", "What happened", "Verb", "Statuses", "Position", "Actor", "Reason")


class MembershipInline(admin.TabularInline[Membership, Team]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Team)
class TeamAdmin(FSMAdminMixin, admin.ModelAdmin[Team]):
    """Every button goes the way of everybody else: `apps.pipeline.moves.move()`."""

    fsm_fields = [STATUS]
    fsm_default_disallow_transition = False
    list_display = (
        *("name", "slug", STATUS, "pipeline_position", "pipeline_changed_at"),
        "onboarding_pipeline_error",
    )
    list_filter = (STATUS, "pipeline_paused")
    search_fields = ("name", "slug")
    readonly_fields = (*Team.PIPELINE_COLUMNS, "model_use", "log")
    inlines = (MembershipInline,)
    actions = ("retry_failed", "refresh_many", "pause_many", "resume_many", "cancel_many")

    def _apply_fsm_transition(
        self, *, obj: Any, transition_name: str, request: HttpRequest, kwargs: Any = None
    ) -> bool:
        """
        Move the team, if its status and the user's permissions allow this very button.

        The mixin runs what was POSTed, hidden or forbidden, and saves the row twice (django-fsm-2
        4.2.4; a test posts a forbidden and a hidden one, so that an upgrade cannot bring it back).
        """
        allowed = {
            transition.name
            for transition in getattr(obj, f"get_available_user_{STATUS}_transitions")(request.user)
            if self.is_fsm_transition_visible(transition)
        }
        if transition_name not in allowed:
            raise PermissionDenied
        try:
            move(obj.pk, transition_name, actor=request.user.get_username(), reason=ADMIN)
        except (MoveRefused, fsm.ConcurrentTransition) as refusal:
            self.message_user(request, str(refusal), level=messages.ERROR)
            return False
        self.log_change(request, obj, f"Moved by “{transition_name}”.")
        self.message_user(request, f"{obj}: {transition_name}.", level=messages.SUCCESS)
        return True

    @admin.display(description=f"Language model, last {USE_DAYS} days")
    def model_use(self, obj: Team) -> SafeString:
        """By the name of the relation: the rows are those of a room above this one."""
        since = timezone.now().date() - timedelta(days=USE_DAYS - 1)
        used = obj.llm_use.filter(day__gte=since).aggregate(
            calls=Sum("requests", default=0), nano_usd=Sum("nano_usd", default=0)
        )
        said = f"{used['calls']:,} calls, {money.in_words(used['nano_usd'])}"
        return format_html(
            '{} · <a href="{}?team__id__exact={}">Day by day</a>',
            said if used["calls"] else "no call is recorded",
            reverse("admin:llm_llmuse_changelist"),
            obj.pk,
        )

    @admin.display(description="Log (newest first)")
    def log(self, obj: Team) -> SafeString:
        """
        The newest moves, and the way to all of them.

        Text, not an inline: a formset sends two fields a row, and the team that is stuck has the
        longest log; its buttons would end in "too many fields".
        """
        newest = obj.transitions.order_by("-ticket")[:LOG_ROWS]
        refreshes = {row.run for row in newest if row.verb == "refresh"}
        heads = format_html_join("", "<th>{}</th>", ((head,) for head in LOG_HEADS))
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} → {}</td>"
            "<td>{}</td><td>{}</td><td>{}</td></tr>",
            (_log_row(row, obj, is_refresh=row.run in refreshes) for row in newest),
        )
        everything = reverse("admin:pipeline_pipelinetransition_changelist")
        return format_html(
            '<table><tr>{}</tr>{}</table><a href="{}?team__id__exact={}">The whole log</a>',
            heads,
            rows,
            everything,
            obj.pk,
        )

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MOVE_PERMISSION)

    @admin.action(description="Retry the failed step", permissions=["move"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "retry")

    @admin.action(description="Update now", permissions=["move"])
    def refresh_many(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "refresh")

    @admin.action(description="Pause", permissions=["move"])
    def pause_many(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "pause")

    @admin.action(description="Resume", permissions=["move"])
    def resume_many(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "resume")

    @admin.action(description="Cancel", permissions=["move"])
    def cancel_many(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "cancel")

    def _move_many(self, request: HttpRequest, queryset: QuerySet[Team], verb: str) -> None:
        """One by one: `queryset.update` would pass the ticket and the receiver by."""
        actor, moved, refused = request.user.get_username(), 0, []
        for team in queryset:
            try:
                move(team.pk, verb, actor=actor, reason=ADMIN)
            except (MoveRefused, fsm.ConcurrentTransition) as refusal:
                refused.append(f"{team}: {refusal}")
            else:
                moved += 1
                self.log_change(request, team, f"Moved by “{verb}”.")
        self.message_user(request, f"{verb}: {moved} of {moved + len(refused)} teams.")
        for sentence in refused:
            self.message_user(request, sentence, level=messages.WARNING)


def _log_row(row: PipelineTransition, team: Team, *, is_refresh: bool) -> tuple[object, ...]:
    told = in_words(row, team, names_staff=True, is_refresh=is_refresh)
    moved = (row.verb, row.source, row.target, row.position)
    return (row.ticket, row.at, told, *moved, row.actor, row.reason)


class FlagAdmin(WaffleFlagAdmin):
    """A flag with its teams; `percent` is a share of all teams."""

    raw_id_fields = ("users", "groups", "teams")  # type: ignore[assignment]


admin.site.register(Flag, FlagAdmin)
