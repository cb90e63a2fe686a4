"""Teams: where each stands, one button per move that its status allows, and the log beside it."""

from typing import Any

import django_fsm as fsm
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django_fsm.admin import FSMAdminMixin
from waffle.admin import FlagAdmin as WaffleFlagAdmin

from apps.pipeline.columns import STATUS
from apps.pipeline.models import MOVE_PERMISSION, PipelineTransition
from apps.pipeline.moves import MoveRefused, move
from apps.teams.models import Flag, Membership, Team


class MembershipInline(admin.TabularInline[Membership, Team]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


class TransitionInline(admin.TabularInline[PipelineTransition, Team]):
    """The team's log, newest first; nobody writes it by hand."""

    model = PipelineTransition
    fields = readonly_fields = ("ticket", "at", "verb", "source", "target", "actor", "reason")
    ordering = ("-ticket",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Team)
class TeamAdmin(FSMAdminMixin, admin.ModelAdmin[Team]):
    """Every button goes the way of everybody else: `apps.pipeline.moves.move()`."""

    fsm_fields = [STATUS]
    fsm_default_disallow_transition = False
    list_display = ("name", "slug", STATUS, "pipeline_changed_at", "onboarding_pipeline_error")
    list_filter = (STATUS, "pipeline_paused")
    search_fields = ("name", "slug")
    readonly_fields = Team.PIPELINE_COLUMNS
    inlines = (MembershipInline, TransitionInline)
    actions = ("retry_failed", "pause_many", "resume_many", "cancel_many")

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
            move(obj.pk, transition_name, actor=request.user.get_username(), reason="admin")
        except (MoveRefused, fsm.ConcurrentTransition) as refusal:
            self.message_user(request, str(refusal), level=messages.ERROR)
            return False
        self.log_change(request, obj, f"Moved by “{transition_name}”.")
        self.message_user(request, f"{obj}: {transition_name}.", level=messages.SUCCESS)
        return True

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MOVE_PERMISSION)

    @admin.action(description="Retry the failed step", permissions=["move"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        self._move_many(request, queryset, "retry")

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
                move(team.pk, verb, actor=actor, reason="admin")
            except (MoveRefused, fsm.ConcurrentTransition) as refusal:
                refused.append(f"{team}: {refusal}")
            else:
                moved += 1
                self.log_change(request, team, f"Moved by “{verb}”.")
        self.message_user(request, f"{verb}: {moved} of {moved + len(refused)} teams.")
        for sentence in refused:
            self.message_user(request, sentence, level=messages.WARNING)


class FlagAdmin(WaffleFlagAdmin):
    """A flag with its teams; `percent` is a share of all teams."""

    raw_id_fields = ("users", "groups", "teams")  # type: ignore[assignment]


admin.site.register(Flag, FlagAdmin)
