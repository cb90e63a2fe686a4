"""S-025, S-046: no page of the admin shows a token, a key or the secret of a link."""

import pytest
from django.contrib import admin
from django.urls import reverse

from apps.core.fields import EncryptedTextField
from apps.github.models import Connection
from apps.jira.models import JiraConnection
from apps.slack.models import SlackConnection
from apps.teams.models import Invitation
from apps.teams.staff.tenants import way_to_team
from tests.factories import TeamFactory
from tests.visiting import list_of, visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The default scheme will be changed"),  # of URLs in forms
]

CANARY = "canary0token"
#: Beside encrypted columns, what opens something for whoever has it.
OPENERS = {"token_hint", "digest", "code", "secret", "key_digest"}


def secret_columns(model):
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) or field.name in OPENERS
    }


def test_no_room_of_the_admin_has_a_secret_column(rf, admin_user):
    """Whatever model comes next."""
    request = rf.get("/")
    request.user = admin_user

    for model, room in admin.site._registry.items():
        shown = {*room.get_list_display(request), *room.search_fields}
        for fieldset in room.get_fieldsets(request, model()):
            shown.update(fieldset[1]["fields"])
        assert not shown & secret_columns(model), model
        for inline in room.get_inline_instances(request):
            form = inline.get_formset(request).form
            assert not set(form.base_fields) & secret_columns(inline.model), inline


def test_secrets_of_sign_ins_have_no_page_at_all():
    labels = {model._meta.label for model in admin.site._registry}

    assert not labels & {"socialaccount.SocialApp", "socialaccount.SocialToken"}
    assert not labels & {"sessions.Session", "teams.Invitation"}


@pytest.fixture
def connected():
    """A team with a token of each kind."""
    team = TeamFactory()
    Connection.objects.create(
        team=team, token=CANARY, refresh_token=CANARY, token_hint=CANARY[-4:], account_login="acme"
    )
    JiraConnection.objects.create(team=team, access_token=CANARY, refresh_token=CANARY)
    SlackConnection.objects.create(team=team, token=CANARY)
    team.invitations.create(email="a@b.example", digest=CANARY, expires_at="2026-06-01T00:00Z")
    return team


def test_no_page_of_a_team_shows_a_token(admin_client, connected):
    visit(admin_client, connected)
    pages = [
        list_of(model, connected)
        for model in admin.site._registry
        if way_to_team(model) not in (None, "pk")
    ]
    for row in (connected, connected.github, connected.jira, connected.slack):
        name = f"{row._meta.app_label}_{row._meta.model_name}"
        pages += [
            reverse(f"admin:{name}_{page}", args=[row.pk])
            for page in ("change", "delete", "history")
        ]

    for address in pages:
        answer = admin_client.get(address)
        assert answer.status_code in (200, 403), address
        assert CANARY not in answer.text, address
    assert Invitation.objects.get().digest == CANARY
