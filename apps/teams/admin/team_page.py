"""What stands on the page of one team beside its fields: use of the model, its lists, its log."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core import money
from apps.pipeline.models import PipelineTransition
from apps.teams.journal import in_words
from apps.teams.models import StaffVisit, Team
from apps.teams.staff.tenants import team_parameter, way_to_team

LOG_ROWS = 50  # shown beside the buttons
USE_DAYS = 30
LOG_HEADS = ("Ticket", "At", "What happened", "Verb", "Statuses", "Position", "Actor", "Reason")


def use_since(days: int) -> Coalesce:
    """Nano-dollars of each team in a list; by the relation's name: the rows are a higher room's."""
    used: Any = Team._meta.get_field("llm_use").related_model
    rows: QuerySet[Any] = used.objects.filter(team=OuterRef("pk"), day__gte=_first_day(days))
    total = rows.order_by().values("team").annotate(total=Sum("nano_usd")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())


def model_use_of(team: Team) -> SafeString:
    used = team.llm_use.filter(day__gte=_first_day(USE_DAYS)).aggregate(
        calls=Sum("requests", default=0), nano_usd=Sum("nano_usd", default=0)
    )
    said = f"{used['calls']:,} calls, {money.in_words(used['nano_usd'])}"
    return format_html(
        '{} · <a href="{}?team__id__exact={}">Day by day</a>',
        said if used["calls"] else "no call is recorded",
        reverse("admin:llm_llmuse_changelist"),
        team.pk,
    )


def lists_of(team: Team, site: AdminSite) -> SafeString:
    """Each of the admin's lists, narrowed to this team; and what staff did with it."""
    narrowed = [
        (model._meta.verbose_name_plural, _list_address(model, team_parameter(model), team))
        for model in site._registry
        if way_to_team(model) is not None and model is not Team
    ]
    visits = _list_address(StaffVisit, "team__id__exact", team)
    links = [*sorted(narrowed, key=lambda one: str(one[0])), ("visits of staff", visits)]
    return format_html_join(" · ", '<a href="{1}">{0}</a>', links)


def log_of(team: Team) -> SafeString:
    """
    The newest moves, and the way to all of them.

    Text, not an inline: a formset sends two fields a row, and the team that is stuck has the
    longest log; its buttons would end in "too many fields".
    """
    newest = team.transitions.order_by("-ticket")[:LOG_ROWS]
    refreshes = {row.run for row in newest if row.verb == "refresh"}
    heads = format_html_join("", '<th scope="col">{}</th>', ((head,) for head in LOG_HEADS))
    rows = format_html_join(
        "",
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} → {}</td>"
        "<td>{}</td><td>{}</td><td>{}</td></tr>",
        (_log_row(row, team, is_refresh=row.run in refreshes) for row in newest),
    )
    return format_html(
        '<div class="staff-wide" tabindex="0" role="region" aria-label="Log"><table>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        '<a href="{}">The whole log</a>',
        heads,
        rows,
        _list_address(PipelineTransition, "team__id__exact", team),
    )


def _log_row(row: PipelineTransition, team: Team, *, is_refresh: bool) -> tuple[object, ...]:
    told = in_words(row, team, names_staff=True, is_refresh=is_refresh)
    at = f"{row.at:%Y-%m-%d %H:%M:%S}"
    return (
        *(row.ticket, at, told, row.verb, row.source, row.target),
        *(row.position, row.actor, row.reason),
    )


def _list_address(model: Any, parameter: str, team: Team) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return f"{reverse(name)}?{urlencode({parameter: team.pk})}"


def _first_day(days: int) -> Any:
    return timezone.now().date() - timedelta(days=days - 1)
