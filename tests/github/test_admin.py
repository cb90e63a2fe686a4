"""The admin shows everything of GitHub but the token."""

import pytest
from django.apps import apps
from django.urls import reverse

from apps.github.models import Connection
from tests.factories import PersonFactory, PullRequestFactory, TeamFactory
from tests.visiting import list_of, visit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "model",
    ["connection", "person", "trackedrepository", "pullrequestkey", "pullrequest", "delivery"],
)
def test_each_list_opens(admin_client, team, model):
    PullRequestFactory(team=team, repository__team=team, author__team=team)

    visit(admin_client, team)
    if model == "delivery":  # of an installation, which many teams may share
        reply = admin_client.get(reverse("admin:github_delivery_changelist"))
    else:
        reply = admin_client.get(list_of(apps.get_model("github", model), team))

    assert reply.status_code == 200
    assert b"ghp_secret" not in reply.content


def test_a_connection_is_shown_without_its_token(admin_client, team):
    """S-025, S-046"""
    connection = Connection.objects.get(team=team)
    connection.refresh_token = "ghr_secret"
    connection.save()
    visit(admin_client, team)

    reply = admin_client.get(reverse("admin:github_connection_change", args=[connection.pk]))

    assert reply.status_code == 200
    assert b"ghp_secret" not in reply.content
    assert b"ghr_secret" not in reply.content


def test_what_a_team_says_of_an_account_is_looked_at_only(admin_client, team):
    """Its page keeps it within the team and without chains, and has all counted anew."""
    account = PersonFactory(team=team, github_id=7)
    stranger = PersonFactory(team=TeamFactory())
    address = reverse("admin:github_person_change", args=[account.pk])
    fields = ("team", "identity", "login", "github_id", "name", "kind")
    visit(admin_client, team)
    posted = {name: getattr(account, name) or "" for name in fields} | {"team": team.pk}

    reply = admin_client.post(address, posted | {"same_as": stranger.pk, "counts_as_bot": "on"})

    assert reply.status_code == 302
    account.refresh_from_db()
    assert (account.same_as, account.counts_as_bot) == (None, False)
