"""R-66: back, reload, two tabs, two admins: one run, and everybody sees the same of it."""

import re

import pytest
from django.urls import get_resolver, reverse

from apps.github.models import TrackedRepository
from apps.onboarding import views
from apps.pipeline.log import PipelineTransition
from apps.pipeline.moves import move
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

HARBOR, LANTERN = "northwind-labs/harbor", "northwind-labs/lantern-web"


def url(name, team, *more):
    return reverse(f"onboarding:{name}", args=[team.slug, *more])


@pytest.fixture
def connected(fresh, github, client):
    client.post(url("connect", fresh), {"token": github.token})
    return fresh


def choose(client, team, *names):
    return client.post(url("repositories", team), {"account": "northwind-labs", "names": names})


def test_the_way_back_leads_to_the_same_run(client, connected):
    choose(client, connected, HARBOR)

    back = client.get(url("repositories", connected))

    assert back.headers["Location"] == url("jira", connected)
    assert PipelineTransition.objects.count() == 1


def test_two_tabs_show_the_same_and_the_second_click_is_no_failure(client, team):
    pause = url("move", team, "pause")
    client.post(pause)

    second = client.post(pause, follow=True).text

    assert "The import pauses; what was read is kept." in second
    assert PipelineTransition.objects.filter(verb="pause").count() == 1
    first_tab, other_tab = (client.get(url("status", team)).text for _ in range(2))
    version = re.compile(r"\?v=(\w+)")
    assert version.search(first_tab).group() == version.search(other_tab).group()


def test_whoever_comes_second_with_other_repositories_is_told_and_changes_nothing(
    client, connected, monkeypatch
):
    colleague = UserFactory()
    MembershipFactory(team=connected, user=colleague)

    def overtaken(*arguments, **named):
        # The other admin presses while GitHub still answers this one.
        move(connected.pk, "start", actor=colleague.username)
        TrackedRepository.objects.create(team=connected, name_with_owner=LANTERN)
        return begin(*arguments, **named)

    begin = views.begin
    monkeypatch.setattr(views, "begin", overtaken)

    shown = client.post(
        url("repositories", connected),
        {"account": "northwind-labs", "names": [HARBOR]},
        follow=True,
    ).text

    assert "Somebody else has just started the import, with other repositories." in shown
    assert [row.name_with_owner for row in connected.repositories.all()] == [LANTERN]
    assert PipelineTransition.objects.get().actor == colleague.username


def test_nothing_is_reached_by_the_number_of_a_task():
    """S-009: what is watched is a team, by its name; nothing takes the id of a task or a run."""
    arguments = {
        name
        for _, (possible, *_) in _shapes(get_resolver())
        for _, names in possible
        for name in names
    }

    assert not {name for name in arguments if "task" in name or "run" in name or "job" in name}


def _shapes(resolver):
    yield from resolver.reverse_dict.items()
    for inner_prefix, (_, inner) in resolver.namespace_dict.items():
        assert inner_prefix
        yield from _shapes(inner)
