"""Every URL of the site for staff, as everybody: S-001, S-002, S-025, S-046, S-093."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from apps.core.fields import EncryptedTextField
from apps.teams.staff.tenants import OPEN_LISTS
from tests.security.asking import Asking
from tests.security.looking import Watch
from tests.security.routes import Route, routes_of_admin
from tests.security.world import NO_PK, World

pytestmark = pytest.mark.django_db  # within the transaction of the world

SIGN_IN = "admin:login"
OPEN = {SIGN_IN, "admin:logout"}
WHY = "They have asked for help"
#: What a look may write: who has looked at which team.
WRITTEN_DOWN = frozenset({"teams_staffvisit"})
#: What staff see before they have said why: that a team is there, what staff did, who is who.
SEEN_OF_ALL = (
    *("teams.Team.", "teams.Flag.", "admin.LogEntry.", "teams.StaffVisit.", "teams.Deletion."),
    *("github.Delivery.", "accounts.", "account.", "socialaccount.", "notifications.Preference."),
)

each_url = pytest.mark.parametrize(
    "route", [one for one in routes_of_admin() if one.name not in OPEN], ids=lambda one: one.name
)


@pytest.fixture
def asking(world: World, outside: None, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Staff have said why they open the own team, and not why the foreign one."""
    url = reverse("admin:why", args=[world.own.row("teams.Team").pk])
    assert world.browser("staff").post(url, {"why": WHY}).status_code == 302
    return Asking(world, Watch(monkeypatch))


def model_of(route: Route) -> type[models.Model] | None:
    name = route.name.partition(":")[2]
    fitting = [
        model
        for model in admin.site._registry
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
    ]
    return max(fitting, key=lambda model: len(model._meta.model_name), default=None)


def url_of(route: Route, poisoned) -> str:
    """With the row of that team; of what no team has, one that does not exist."""
    team, model = poisoned.row("teams.Team"), model_of(route)
    row = poisoned.rows.get((model._meta.label, 1)) if model else None
    known = {
        "object_id": row.pk if row else NO_PK,
        "id": row.pk if row else NO_PK,
        "team_id": team.pk,
        "content_type_id": ContentType.objects.get_for_model(team).pk,
        "app_label": "github",
        "name": "pullrequest",
        "transition_name": "pause",
    }
    unknown = set(route.arguments) - set(known)
    assert not unknown, f"Say in url_of of {__file__} what {unknown} of {route.name} is"
    return reverse(route.name, kwargs={name: known[name] for name in route.arguments})


@each_url
def test_whoever_is_no_staff_is_sent_away(asking, route):
    url = url_of(route, asking.world.own)
    logins = (reverse("admin:login"), reverse("accounts:login"))
    for role in ("anonymous", "outsider", "removed", "member", "admin"):
        for method in ("GET", "POST"):
            asked = asking.ask(role, method, url)

            assert asked.answer.status_code == 302, role
            assert asked.answer["Location"].startswith(logins)
            assert asked.effects.beside(frozenset()) == "", role
            if role in ("anonymous", "removed", "member"):
                assert sung(asking.world, asked.text) == set()


@each_url
def test_staff_who_may_do_nothing_see_nothing(asking, route):
    url = url_of(route, asking.world.own)
    for method in ("GET", "POST"):
        asked = asking.ask("clerk", method, url)

        assert asked.answer.status_code < 500
        assert asked.effects.beside(frozenset()) == ""
        assert sung(asking.world, asked.text) == set()


@each_url
def test_staff_only_look_and_at_one_team_only_and_see_no_secret(asking, route):
    """
    S-093, S-025, S-046: a look changes nothing but that it was written down; whoever has said why
    of one team sees nothing of another.
    """
    world = asking.world
    for team in (world.own, world.foreign):
        asked = asking.ask("staff", "GET", url_of(route, team))

        assert asked.answer.status_code < 500
        assert asked.effects.beside(WRITTEN_DOWN) == ""
        leaked = world.foreign.sung_in(asked.text)
        seen = (*SEEN_OF_ALL, *of_an_open_list(route))
        assert {one for one in leaked if not one.startswith(seen)} == set()
        assert sung(world, asked.text) & secrets() == set()


def of_an_open_list(route: Route) -> tuple[str, ...]:
    """Where every team stands is one list; a row of it opens as all others do."""
    model = model_of(route)
    is_open = model is not None and model._meta.label_lower in OPEN_LISTS
    return (f"{model._meta.label}.",) if is_open and route.name.endswith("_changelist") else ()


def sung(world: World, text: str) -> set[str]:
    return world.own.sung_in(text) | world.foreign.sung_in(text)


def secrets() -> set[str]:
    """The columns of which nobody ever sees a word."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in admin.site._registry
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) or "digest" in field.name
    }
