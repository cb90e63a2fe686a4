"""The admin's site: every page of a team's rows asks why, and an index that leads to the work."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from apps.pipeline.rows import rows
from apps.teams.models import Team
from apps.teams.staff import visits
from apps.teams.staff.forms import WhyForm
from apps.teams.staff.guard import guarded
from apps.teams.staff.tenants import needs_team, team_parameter, way_to_team

TEAMS_OFFERED = 50  # of those whose name fits


class StaffSite(admin.AdminSite):
    """
    The admin, where no page of a team's rows opens without a reason.

    A page cannot be forgotten: `admin_view` wraps whatever a ModelAdmin routes, and whose rows it
    shows is found from the models (`tenants.way_to_team`).
    """

    site_header = "Mergelight for staff"
    site_title = "Mergelight for staff"
    index_title = "What there is"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        answering: Any = super().admin_view(guarded(view), cacheable)
        answering.login_url = reverse_lazy("admin:login")  # as Django's own pages have it
        return answering

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
            path("why/<int:team_id>/", self.admin_view(self.why), name="why"),
            path("whose/<str:app_label>/<str:name>/", self.admin_view(self.whose), name="whose"),
        ]
        return own + list(super().get_urls())

    def why(self, request: HttpRequest, team_id: int) -> HttpResponseBase:
        """Ask for the reason, keep it for an hour, and go where staff wanted to go."""
        if not self._sees_teams(request):
            raise PermissionDenied
        team = rows().filter(pk=team_id).first()
        if team is None:
            raise Http404
        wanted = self._page_of_ours(request)
        form = WhyForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            why = form.cleaned_data["why"]
            visits.give_reason(request, team.pk, why, now=timezone.now())
            return redirect(wanted or reverse("admin:teams_team_change", args=[team.pk]))
        return self._page(
            request,
            "admin/why.html",
            title=f"Before {team.name} opens",
            team=team,
            form=form,
            wanted=wanted,
            minutes=visits.LASTS.seconds // 60,
        )

    def whose(self, request: HttpRequest, app_label: str, name: str) -> HttpResponseBase:
        """Ask for the team whose list is wanted: what teams own is listed for one at a time."""
        try:
            model = apps.get_model(app_label, name)
            model_admin = self.get_model_admin(model)
        except (LookupError, NotRegistered) as exc:
            raise Http404 from exc
        if not needs_team(model, is_change=True):
            raise Http404
        parameter = team_parameter(model)
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        wanted = request.GET.copy()
        sought = " ".join(wanted.pop("team", [])).strip()
        wanted.pop(parameter, None)
        teams = Team.objects.filter(Q(name__icontains=sought) | Q(slug__icontains=sought))
        offered = list(teams.order_by("name")[: TEAMS_OFFERED + 1])
        to = reverse(f"admin:{app_label}_{name}_changelist")
        return self._page(
            request,
            "admin/whose.html",
            title=f"Whose {model._meta.verbose_name_plural}?",
            teams=[(team, _narrowed(to, wanted, parameter, team)) for team in offered],
            most=TEAMS_OFFERED,
            is_all=len(offered) <= TEAMS_OFFERED,
            sought=sought,
        )

    def _sees_teams(self, request: HttpRequest) -> bool:
        """Whether there is any page of a team that this person may open."""
        return any(
            model_admin.has_view_or_change_permission(request)
            for model, model_admin in self._registry.items()
            if way_to_team(model) is not None
        )

    def _page_of_ours(self, request: HttpRequest) -> str:
        """Where to go on: a page of the admin, or nowhere."""
        wanted = request.POST.get("next", request.GET.get("next", ""))
        is_here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
        return wanted if is_here and wanted.startswith(reverse("admin:index")) else ""

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        return TemplateResponse(request, template, self.each_context(request) | context)


def _narrowed(to: str, wanted: Any, parameter: str, team: Team) -> str:
    query = wanted.copy()
    query[parameter] = str(team.pk)
    return f"{to}?{query.urlencode()}"
