"""The guard of the admin's pages: it asks why, and writes down what was looked at and changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.rows import rows
from apps.teams.staff import visits
from apps.teams.staff.tenants import needs_team, team_parameter, way_to_team

View = Callable[..., HttpResponseBase]

SAFE = ("GET", "HEAD", "OPTIONS")
PRESSED = "_fsm_transition_to"  # django-fsm-2's name for the button that was pressed
ONE_ROW = ("change_view", "delete_view", "history_view", "fsm_transition_view")


@dataclass(frozen=True)
class Visit:
    """Whose rows a request is about to show, and which."""

    team_id: int
    team: str
    page: str  #: "pull request 17", "list of pull requests"


def guarded(view: View) -> View:
    """The view of a ModelAdmin's page, behind the question why; any other view as it is."""
    room = getattr(view, "__self__", None)
    model_admin: ModelAdmin[Any] | None = room if isinstance(room, ModelAdmin) else None
    if model_admin is None or way_to_team(_model(model_admin)) is None:
        return view
    name = view.__name__

    def ask_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not model_admin.has_view_or_change_permission(request):
            return view(request, *args, **kwargs)  # it refuses by itself, without a question
        if name in ONE_ROW:
            visit = _visit_of_row(model_admin, str(kwargs.get("object_id", "")))
        elif name == "changelist_view":
            visit = _visit_of_list(model_admin, request)
            is_change = request.method not in SAFE
            if visit is None and needs_team(_model(model_admin), is_change=is_change):
                return _whose(model_admin, request)
        else:
            visit = None
        if visit is None:
            return view(request, *args, **kwargs)
        return _visited(visit, lambda: view(request, *args, **kwargs), request, name)

    # The admin asks the view for marks (`csrf_exempt`) and for the room that it belongs to.
    ask_first.__dict__.update(view.__dict__)
    ask_first.__name__, ask_first.__doc__ = name, view.__doc__
    return ask_first


def _visited(
    visit: Visit, go_on: Callable[[], HttpResponseBase], request: HttpRequest, view: str
) -> HttpResponseBase:
    now = timezone.now()
    why = visits.reason_for(request, visit.team_id, now=now)
    if not why:
        page = request.get_full_path()
        ask = reverse("admin:why", args=[visit.team_id])
        return HttpResponseRedirect(f"{ask}?{urlencode({'next': page})}")
    if request.method in SAFE:
        answer = go_on()
        what = f"Looked at {visit.page}{' (history)' if view == 'history_view' else ''}"
        visits.record(request.user, visit.team_id, what, why, now=now, name=visit.team)
        return answer
    with transaction.atomic():  # a change and its row, or neither
        answer = go_on()
        if not visits.is_told(request):
            what = _changed(visit, request, view, is_done=answer.status_code == 302)
            visits.record(request.user, visit.team_id, what, why, now=now, name=visit.team)
    return answer


def _changed(visit: Visit, request: HttpRequest, view: str, *, is_done: bool) -> str:
    if view == "changelist_view":
        rows_chosen = len(request.POST.getlist("_selected_action"))
        return f"“{request.POST.get('action', '')}” on {visit.page}, {rows_chosen} of its rows"
    verb = "delete" if view == "delete_view" else "change"
    return f"{verb.capitalize()}d {visit.page}" if is_done else f"Tried to {verb} {visit.page}"


def _visit_of_row(model_admin: ModelAdmin[Any], object_id: str) -> Visit | None:
    """None where there is no such row: the view says so."""
    model, way = model_admin.model, way_to_team(_model(model_admin))
    try:
        found = model._base_manager.filter(pk=unquote(object_id)).values_list(f"{way}", flat=True)
        team_id = found.first()
    except (ValueError, ValidationError):
        return None
    return _visit(team_id, f"{model._meta.verbose_name} {unquote(object_id)}")


def _visit_of_list(model_admin: ModelAdmin[Any], request: HttpRequest) -> Visit | None:
    """None where the list is not narrowed to one team: of two values the admin would show both."""
    model = model_admin.model
    chosen = request.GET.getlist(team_parameter(model))
    if len(chosen) != 1 or not chosen[0].isdecimal():
        return None
    return _visit(int(chosen[0]), f"list of {model._meta.verbose_name_plural}")


def _model(model_admin: ModelAdmin[Any]) -> Any:
    return model_admin.model


def _visit(team_id: int | None, page: str) -> Visit | None:
    name = rows().filter(pk=team_id).values_list("name", flat=True).first()
    return None if team_id is None or name is None else Visit(team_id, name, page)


def _whose(model_admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponseRedirect:
    meta = model_admin.model._meta
    ask = reverse("admin:whose", args=[meta.app_label, meta.model_name])
    return HttpResponseRedirect(f"{ask}?{request.GET.urlencode()}" if request.GET else ask)
