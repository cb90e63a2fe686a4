"""Teams: where each stands, one button per move that its status allows, and the log beside it."""

from typing import Any

import django_fsm as fsm
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django_fsm.admin import FSMAdminMixin

from apps.core import money
from apps.pipeline.columns import STATUS
from apps.pipeline.models import MOVE_PERMISSION
from apps.pipeline.moves import MoveRefused, move
from apps.pipeline.stuck import TROUBLES, with_trouble
from apps.teams.admin.filters import TroubleFilter
from apps.teams.admin.moving import MOVES, WhyActionForm, many_refused_in_words
from apps.teams.admin.overview import overview
from apps.teams.admin.team_page import USE_DAYS, lists_of, log_of, model_use_of, use_since
from apps.teams.deleting import delete_team
from apps.teams.journal import ADMIN
from apps.teams.models import Membership, Team
from apps.teams.staff import visits
from apps.teams.staff.guard import PRESSED


class MembershipInline(admin.StackedInline[Membership, Team]):
    """Stacked, and without Django's Select2: in a table neither has labels for a screen reader."""

    model = Membership
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Team)
class TeamAdmin(FSMAdminMixin, admin.ModelAdmin[Team]):
    """Every button goes the way of everybody else: `apps.pipeline.moves.move()`."""

    change_list_template = "admin/teams/team/change_list.html"
    fsm_fields = [STATUS]
    fsm_default_disallow_transition = False
    action_form = WhyActionForm
    list_display = (
        *("name", STATUS, "trouble", "in_status", "onboarding_pipeline_error"),
        *("pipeline_position", "run_began", "model_cost", "slug"),
    )
    list_filter = (
        *(TroubleFilter, STATUS, "pipeline_paused", "pipeline_two_phase"),
        ("onboarding_pipeline_error", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "slug")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER  # the overview counts
    readonly_fields = (*Team.PIPELINE_COLUMNS, "model_use", "lists", "log")
    inlines = (MembershipInline,)

    # --- The list -------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        teams: QuerySet[Team] = with_trouble(super().get_queryset(request), now=timezone.now())
        return teams.annotate(nano_usd=use_since(USE_DAYS))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            answer.context_data["overview"] = overview(now=timezone.now())
        return answer

    @admin.display(description="In this status since", ordering="in_status_since")
    def in_status(self, team: Any) -> object:
        return team.in_status_since

    @admin.display(description="What keeps it", ordering="trouble")
    def trouble(self, team: Any) -> str:
        return TROUBLES[team.trouble].label if team.trouble else ""

    @admin.display(description="Run began", ordering="onboarding_pipeline_started_at")
    def run_began(self, team: Team) -> object:
        return team.onboarding_pipeline_started_at

    @admin.display(description=f"Model, {USE_DAYS} days", ordering="nano_usd")
    def model_cost(self, team: Any) -> str:
        return money.in_words(team.nano_usd)

    # --- The page of one ------------------------------------------------------------------------

    @admin.display(description=f"Language model, last {USE_DAYS} days")
    def model_use(self, team: Team) -> SafeString:
        return model_use_of(team)

    @admin.display(description="Its rows")
    def lists(self, team: Team) -> SafeString:
        return lists_of(team, self.admin_site)

    @admin.display(description="Log (newest first)")
    def log(self, team: Team) -> SafeString:
        return log_of(team)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        visits.tell(request, obj.pk, "Team: added", why="a new team")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        entry = super().log_change(request, obj, message)
        said = entry.get_change_message()
        if message or PRESSED not in request.POST:  # a button that was pressed has its own row
            visits.tell(request, obj.pk, f"Team: {said}", why=_why(request))
        return entry

    # --- Moves ----------------------------------------------------------------------------------

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
            visits.tell(request, obj.pk, f"Pressed “{transition_name}”, in vain: {refusal}")
            self.message_user(request, str(refusal), level=messages.ERROR)
            return False
        self.log_change(request, obj, f"Moved by “{transition_name}”.")
        self.message_user(request, f"{obj}: {transition_name}.", level=messages.SUCCESS)
        return True

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MOVE_PERMISSION)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One for each move of people; teams are deleted one at a time, on their own page."""
        if not self.has_move_permission(request):
            return {}
        return {
            f"{verb}_many": (_mover(verb), f"{verb}_many", label) for verb, label in MOVES.items()
        }

    def move_many(self, request: HttpRequest, queryset: QuerySet[Team], verb: str) -> None:
        """One by one: `queryset.update` would pass the ticket and the receiver by."""
        if not _why(request):
            sentence = "Say why, beside the action: nothing was moved."
            self.message_user(request, sentence, level=messages.ERROR)
            return
        actor, moved, refused = request.user.get_username(), 0, []
        for team in queryset:
            try:
                with transaction.atomic():  # a move and the row that says why, or neither
                    move(team.pk, verb, actor=actor, reason=ADMIN)
                    self.log_change(request, team, f"Moved by “{verb}”.")
            except (MoveRefused, fsm.ConcurrentTransition) as refusal:
                refused.append((str(refusal), str(team)))
                in_vain = f"Asked for “{verb}”, in vain: {refusal}"
                visits.tell(request, team.pk, in_vain, why=_why(request))
            else:
                moved += 1
        total = moved + len(refused)
        level = messages.SUCCESS if moved else messages.WARNING
        self.message_user(request, f"{verb}: {moved} of {total} teams.", level=level)
        for sentence in many_refused_in_words(refused):
            self.message_user(request, sentence, level=messages.WARNING)

    # --- Deleting -------------------------------------------------------------------------------

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Without Django's list of every row there is: a team has hundreds of thousands."""
        what = [f"{team}: with everything that was read for it; a receipt stays" for team in objs]
        return what, {"teams": len(what)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """As its own admins delete it: tokens are given back, and workers delete the rows."""
        name = obj.name
        delete_team(obj, user=request.user)  # type: ignore[arg-type]  # staff are signed in
        visits.tell(request, obj.pk, f"Team: deleted ({name})")


def _why(request: HttpRequest) -> str:
    """As it was typed beside the action."""
    return str(request.POST.get("why", "")).strip()


def _mover(verb: str) -> Any:
    def act(model_admin: TeamAdmin, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        model_admin.move_many(request, queryset, verb)

    return act
