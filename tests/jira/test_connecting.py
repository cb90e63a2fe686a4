"""Step 3: to Atlassian and back, which projects, and the way out; over real HTTP on both sides."""

import httpx
import pytest
from django.test import Client

from apps.jira.models import IssueLink, JiraConnection, JiraIssue, JiraProject
from apps.onboarding import visits
from apps.onboarding.models import StepChoice
from apps.onboarding.visits import Purpose
from apps.sandbox.jira import sign_in
from apps.teams.deleting import delete_rows, delete_team
from apps.teams.models import Membership
from tests.factories import MembershipFactory
from tests.jira.at_atlassian import CALLBACK, at_atlassian, back, connect, leave, query_of, url

pytestmark = pytest.mark.django_db


def project_ids(jira, *keys):
    return [str(jira.jira_site.projects[key].id) for key in keys]


def test_atlassian_is_asked_for_reading_and_for_coming_back(client, team, jira):
    asked = query_of(leave(client, team))

    assert asked == {
        "audience": "api.atlassian.com",
        "client_id": sign_in.CLIENT_ID,
        "scope": "read:jira-work offline_access",
        "redirect_uri": f"http://testserver{CALLBACK}",
        "state": client.session[visits.KEYS[Purpose.JIRA]]["state"],
        "response_type": "code",
        "prompt": "consent",
    }


def test_a_team_connects_chooses_projects_and_goes_on(client, team, jira):
    answer = connect(client, team)
    assert answer.headers["Location"] == url("jira", team)
    page = client.get(url("jira", team)).text
    assert "Harbor API" in page
    assert "northwind-labs" in page

    answer = client.post(
        url("jira_projects", team), {"projects": project_ids(jira, "HARB", "LAN"), "place": "step"}
    )

    assert answer.headers["Location"] == url("slack", team)
    assert StepChoice.objects.get(team=team, step="jira").choice == "done"
    assert set(JiraProject.objects.values_list("key", flat=True)) == {"HARB", "LAN"}
    connection = JiraConnection.objects.get(team=team)
    assert connection.site_name == "northwind-labs"
    assert connection.due_at is not None
    settings_page = client.get(url("settings_jira", team)).text
    assert "HARB" in settings_page
    assert "Choose other projects" in settings_page


def test_tokens_are_stored_sealed_and_shown_nowhere(client, team, connected):
    token, refresh = connected.access_token, connected.refresh_token
    stored = JiraConnection.objects.raw("SELECT * FROM jira_jiraconnection")[0].__dict__
    assert token not in str(stored)
    assert refresh not in str(stored)
    for place in ("jira", "settings_jira"):
        page = client.get(url(place, team)).text
        assert token not in page
        assert refresh not in page


@pytest.mark.parametrize("state", [None, "", "guessed", "gëraten"])
def test_without_the_right_state_nothing_is_exchanged(client, team, jira, state):
    """S-026"""
    answer = back(client, at_atlassian(leave(client, team)), state=state)

    assert answer.status_code == 400
    assert "You were not expected back from Atlassian" in answer.text
    assert jira.jira_grants.exchanges == 0


def test_a_state_is_good_once_and_for_ten_minutes(client, team, jira):
    """S-026, S-027"""
    location = at_atlassian(leave(client, team))
    assert back(client, location).status_code == 302
    assert back(client, location).status_code == 400
    assert jira.jira_grants.exchanges == 1

    location = at_atlassian(leave(client, team))
    session = client.session
    kept = session[visits.KEYS[Purpose.JIRA]]
    session[visits.KEYS[Purpose.JIRA]] = kept | {"begun_at": kept["begun_at"] - 610}
    session.save()
    assert back(client, location).status_code == 400
    assert jira.jira_grants.exchanges == 1


def test_another_persons_browser_cannot_return(client, team, jira):
    location = at_atlassian(leave(client, team))
    victim = Client()
    victim.force_login(MembershipFactory().user)

    assert back(victim, location).status_code == 400
    assert not JiraConnection.objects.exists()


def test_a_visit_to_github_and_one_to_atlassian_do_not_end_each_other(client, team, jira):
    location = at_atlassian(leave(client, team))
    session = client.session
    session[visits.KEYS[Purpose.SIGN_IN]] = {"state": "another"}
    session.save()

    assert back(client, location).status_code == 302
    assert visits.KEYS[Purpose.SIGN_IN] in client.session


def test_who_says_no_at_atlassian_reads_that_nothing_has_changed(client, team, jira):
    jira.jira_grants.agrees = False
    location = leave(client, team)
    asked = query_of(location)
    assert "Sandbox Atlassian" in httpx.get(location).text
    denied = httpx.get(f"{jira.jira_url}/authorize/decide", params={**asked, "answer": "cancel"})

    answer = back(client, denied.headers["Location"])

    assert answer.headers["Location"] == url("jira", team)
    assert "so nothing has changed" in client.get(url("jira", team)).text
    assert not JiraConnection.objects.exists()


def test_whoever_grants_no_lasting_access_is_asked_again(client, team, jira):
    jira.jira_grants.granted_scopes = "read:jira-work"

    connect(client, team)

    assert "no lasting access" in client.get(url("jira", team)).text
    assert not JiraConnection.objects.exists()


def test_a_site_that_is_not_known_says_whose_matter_that_is(client, team, jira, settings):
    settings.JIRA_CLIENT_SECRET = "another"

    connect(client, team)

    assert "Whoever runs this site" in client.get(url("jira", team)).text


def test_only_admins_connect_and_only_by_a_button(client, team, jira):
    """S-020"""
    assert client.get(url("jira_connect", team)).status_code == 405
    member = Client()
    member.force_login(MembershipFactory(team=team, role=Membership.Role.MEMBER).user)
    stranger = Client()
    stranger.force_login(MembershipFactory().user)
    for name in ("jira_connect", "jira_projects", "jira_site", "jira_read", "jira_disconnect"):
        assert member.post(url(name, team)).status_code == 403
        assert stranger.post(url(name, team)).status_code == 404
    assert member.get(url("jira", team)).status_code == 403
    page = member.get(url("settings_jira", team)).text
    assert "The team&#x27;s admins can connect it." in page or "admins can connect it" in page
    assert "Connect Jira <" not in page


def test_who_is_no_admin_any_more_cannot_return(client, team, person, jira):
    location = at_atlassian(leave(client, team))
    Membership.objects.filter(user=person).update(role=Membership.Role.MEMBER)

    assert back(client, location).status_code == 403
    assert jira.jira_grants.exchanges == 0


def test_without_credentials_the_step_says_so_and_can_be_skipped(client, team, settings):
    settings.JIRA_CLIENT_ID = ""

    page = client.get(url("jira", team)).text

    assert "JIRA_CLIENT_ID" in page
    assert "Connect Jira" not in page
    assert client.post(url("jira_connect", team)).status_code == 404
    skipped = client.post(f"/teams/{team.slug}/skip/jira/")
    assert skipped.headers["Location"] == url("slack", team)


@pytest.mark.parametrize("wanted", [["99999"], ["HARB"], ["10001", "99999"], ["٣"], []])
def test_projects_that_jira_does_not_show_are_refused(client, team, connected, wanted):
    answer = client.post(url("jira_projects", team), {"projects": wanted})

    assert answer.headers["Location"] == url("jira", team)
    assert not JiraProject.objects.exists()
    page = client.get(url("jira", team)).text
    assert "Jira shows no such project" in page or "Choose one project at least" in page


def test_projects_that_are_chosen_no_more_are_deleted_with_what_was_read(
    client, team, chosen, jira
):
    project = JiraProject.objects.get(key="LAN")
    client.post(url("jira_projects", team), {"projects": project_ids(jira, "HARB", "OPS")})

    assert set(JiraProject.objects.values_list("key", flat=True)) == {"HARB", "OPS"}
    assert not JiraIssue.objects.filter(project_id=project.pk).exists()


def test_a_word_finds_projects(client, team, connected):
    page = client.get(url("jira", team), {"q": "oper"}).text

    assert "Operations" in page
    assert "Harbor API" not in page


@pytest.mark.parametrize(
    "fault", ["500", "502", "503", "prose", "empty", "reset", "429", "429 long"]
)
def test_while_jira_is_down_the_page_says_so(client, team, connected, jira, fault):
    jira.jira.change({"next": [fault]})

    answer = client.get(url("jira", team))

    assert answer.status_code == 200
    assert "Try again in" in answer.text


def test_disconnecting_revokes_and_deletes_everything(client, team, chosen, jira):
    refresh = chosen.refresh_token
    client.post(url("jira_disconnect", team))

    assert jira.jira_grants.revocations == 1
    assert refresh not in jira.jira_grants._refreshes
    for model in (JiraConnection, JiraProject, JiraIssue, IssueLink):
        assert not model.objects.exists()
    assert "what was read of it is deleted" in client.get(url("jira", team)).text


def test_disconnecting_works_while_atlassian_is_down_and_says_what_is_left(
    client, team, chosen, jira
):
    jira.jira.change({"faults": {"503": 1.0}})
    client.post(url("jira_disconnect", team))

    assert not JiraConnection.objects.exists()
    assert "id.atlassian.com" in client.get(url("jira", team)).text


def test_the_grant_of_a_person_who_has_connected_another_team_is_not_revoked(
    client, team, person, chosen, jira
):
    """Atlassian keeps one grant of a person for this site: the other team reads with it."""
    other = MembershipFactory(user=person, team__onboarding_pipeline_status="syncing").team
    connect(client, other)

    client.post(url("jira_disconnect", team))

    assert jira.jira_grants.revocations == 0
    assert JiraConnection.objects.get().team == other


def test_deleting_a_team_deletes_its_jira(team, chosen):
    team.delete()

    for model in (JiraConnection, JiraProject, JiraIssue, IssueLink):
        assert not model.objects.exists()


def test_a_team_that_is_deleted_by_its_admin_parts_from_jira(team, person, chosen, jira):
    deletion = delete_team(team, user=person)
    delete_rows(deletion.pk)

    deletion.refresh_from_db()
    assert deletion.told == "Jira: Atlassian has ended the access to northwind-labs."
    assert jira.jira_grants.revocations == 1
    assert not JiraConnection.objects.exists()
    counted = {label: deletion.counts[label] for label in deletion.counts if "jira." in label}
    assert counted == {"jira.JiraConnection": 1, "jira.JiraProject": 2}


def test_of_several_sites_a_person_chooses(client, team, jira):
    other = {
        "id": "11111111-2222-3333-4444-555555555555",
        "name": "elsewhere",
        "url": "https://elsewhere.atlassian.example",
        "scopes": ["read:jira-work"],
    }
    confluence = {**other, "id": "9", "name": "wiki", "scopes": ["read:confluence-content.all"]}
    jira.jira_site.others = [other, confluence]

    connect(client, team)
    page = client.get(url("jira", team)).text
    assert "elsewhere" in page
    assert "northwind-labs" in page
    assert "wiki" not in page
    client.post(url("jira_site", team), {"site": "9"})
    assert JiraConnection.objects.get().cloud_id == ""

    client.post(url("jira_site", team), {"site": jira.jira_site.cloud_id})

    assert JiraConnection.objects.get().site_name == "northwind-labs"
    assert "Harbor API" in client.get(url("jira", team)).text
