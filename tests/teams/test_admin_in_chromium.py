"""The admin in a browser: under the one policy, without a word in the console, for everybody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.github.models import PullRequest
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.teams.models import TWO_PHASE_FLAG, Flag
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, until, window
from tests.factories import MembershipFactory, PullRequestFactory, TeamFactory
from tests.visiting import WHY, list_of, visit

__all__ = ["chromium", "pytestmark", "window"]

OURS = ("index", "teams", "team", "why", "whose", "flag", "log", "times", "visits", "visit")
DJANGOS = ("add", "delete", "history", "user", "pull requests", "repository", "costs")
LIGHT, DARK = {"color_scheme": "light"}, {"color_scheme": "dark"}


@pytest.fixture
def staff(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def pages(staff):
    """Name → path, of a site with something to show on each page."""
    team = MembershipFactory(team__name="Lantern").team
    repository = PullRequestFactory(repository__team=team).repository
    for verb in ("start", "pause", "resume", "cancel", "retry"):
        move(team.pk, verb, actor="ada")
    closed = TeamFactory(
        name="Meadow with a rather long name",
        onboarding_pipeline_status=Status.FAILED,
        onboarding_pipeline_error="GitHub no longer accepts the token. Reconnect GitHub. " * 3,
        pipeline_changed_at=timezone.now() - timedelta(days=3),
    )
    flag = Flag.objects.create(name=TWO_PHASE_FLAG, percent="30.0")
    flag.teams.add(team)
    visit(staff, team)
    staff.get(reverse("admin:teams_team_change", args=[team.pk]))
    visited = reverse("admin:teams_staffvisit_changelist")
    return {
        "index": reverse("admin:index"),
        "teams": reverse("admin:teams_team_changelist"),
        "team": reverse("admin:teams_team_change", args=[team.pk]),
        "why": reverse("admin:why", args=[closed.pk]),
        "whose": reverse("admin:whose", args=["github", "pullrequest"]),
        "flag": reverse("admin:teams_flag_change", args=[flag.pk]),
        "log": reverse("admin:pipeline_pipelinetransition_changelist"),
        "times": reverse("admin:phase1_times"),
        "visits": visited,
        "visit": f"{visited}?q=lantern",
        "add": reverse("admin:teams_team_add"),
        "delete": reverse("admin:teams_team_delete", args=[team.pk]),
        "history": reverse("admin:teams_team_history", args=[team.pk]),
        "user": reverse("admin:accounts_user_changelist"),
        "pull requests": list_of(PullRequest, team),
        "repository": reverse("admin:github_trackedrepository_change", args=[repository.pk]),
        "costs": reverse("admin:llm_llmuse_changelist"),
    }


def watched(page):
    """What the console says, and what was refused or not found, from now on."""
    said: list[str] = []
    page.on("console", lambda one: one.type in ("error", "warning") and said.append(one.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda one: one.status >= 400 and said.append(f"{one.status} {one.url}"))
    return said


def test_every_page_works_under_the_policy_without_a_word_in_the_console(
    pages, window, live_server
):
    page = window(**LIGHT)
    said = watched(page)

    for name in OURS + DJANGOS:
        answer = page.goto(live_server.url + pages[name])
        policy = answer.headers["content-security-policy"]
        assert answer.status == 200, name
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        page.wait_for_load_state("load")
        assert said == [], name


@pytest.mark.parametrize("name", OURS)
def test_nothing_serious_keeps_anybody_out_of_our_pages(pages, window, live_server, name):
    """Wide and light, then narrow and dark; of what Django's own frame does, nothing is serious."""
    page = window(**LIGHT)
    page.goto(live_server.url + pages[name])
    assert serious(page) == []

    page.emulate_media(**DARK)
    page.set_viewport_size({"width": 360, "height": 800})
    assert serious(page) == []
    assert not page.evaluate(WIDER)


def serious(page):
    return found_by_axe(page, impacts=("serious", "critical"))


def test_a_team_is_opened_and_moved_by_the_keyboard_alone(pages, window, live_server):
    team_page = pages["why"].replace("why", "teams/team") + "change/"
    page = window(**DARK)
    said = watched(page)
    page.goto(live_server.url + team_page)

    page.keyboard.type(WHY)  # the field has the focus
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{team_page}")
    button = page.locator('button[value="retry"]')
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".messagelist .success").wait_for()

    assert page.locator('button[value="pause"]').is_visible()
    assert said == []


def test_many_are_moved_with_a_reason_and_the_answer_names_the_others(pages, window, live_server):
    page = window(**LIGHT)
    said = watched(page)
    page.goto(live_server.url + pages["teams"])

    page.locator("#action-toggle").check()
    page.locator('select[name="action"]').select_option("retry_many")
    page.locator('.actions input[name="why"]').fill(WHY)
    page.locator('button[name="index"]').click()
    page.locator(".messagelist li").first.wait_for()

    shown = page.locator(".messagelist").inner_text()
    assert "Retry: 1 of 2 teams." in shown
    assert "Not moved (1):" in shown
    assert said == []


def test_the_rollout_is_changed_on_its_page(pages, window, live_server):
    """With the window in which Django looks up a team: it closes itself by a script of a file."""
    page = window(**LIGHT)
    said = watched(page)
    page.goto(live_server.url + pages["flag"])

    with page.expect_popup() as opened:
        page.locator("#lookup_id_teams").click()
    opened.value.locator("#result_list a", has_text="Meadow").first.click()
    until(page, "document.querySelector('#id_teams').value.includes(',')")
    page.locator('input[name="_save"]').click()
    page.locator(".messagelist .success").wait_for()

    assert Flag.objects.get().teams.count() == 2
    assert said == []
