"""People with several teams: the list of them, and the way from one to another in the header."""

import pytest

from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, UserFactory
from tests.teams.inviting import at, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(admin):
    """Two more, one of them with a dashboard."""
    open_one = MembershipFactory(user=admin.user, role="member", team__name="Harbor").team
    rows().filter(pk=open_one.pk).update(phase1_completed_at="2026-06-01T12:00:00Z")
    return open_one, MembershipFactory(user=admin.user, team__name="Beacon").team


def test_the_list_has_every_team_with_its_state_and_the_place_to_go_on(ada, team, several):
    text = ada.get(url("teams")).text

    for one in (team, *several):
        assert f">{one.name}</span>" in text
    assert f'href="/teams/{several[0].slug}/"' in text
    assert f'href="{url("connect", team.slug)}"' in text
    assert "Not started" in text or "not started" in text.lower()


def test_the_list_of_who_has_none_says_how_to_get_one():
    text = at(UserFactory()).get(url("teams")).text

    assert "You are in no team." in text
    assert url("create_team") in text


def test_the_start_leads_who_has_several_teams_to_the_list(ada, several):
    assert ada.get("/").headers["Location"] == url("teams")


def test_the_header_leads_to_the_other_teams_and_says_which_one_this_is(ada, team, several):
    harbor, beacon = several

    text = ada.get(url("members", team.slug)).text
    switcher = text.split("<details", 1)[1].split("</details>", 1)[0]

    assert f'href="/teams/{harbor.slug}/"' in switcher
    assert f'href="{url("status", beacon.slug)}"' in switcher
    assert switcher.count('aria-current="true"') == 1
    assert url("teams") in switcher
    assert switcher.index("Beacon") < switcher.index("Harbor")


def test_who_has_one_team_sees_its_name_and_no_list(ada, team):
    text = ada.get(url("members", team.slug)).text

    assert "All your teams" not in text
    assert 'title="Lantern"' in text


def test_no_other_teams_name_is_in_the_header(ada, team, several):
    MembershipFactory(team__name="Foreign")

    assert "Foreign" not in ada.get(url("members", team.slug)).text
