"""
What holds for every URL whatever it does: forged requests, fragments, caches, foreign numbers.

S-007, S-010 … S-013, S-018, S-020, S-022, S-092.
"""

import pytest
from django.conf import settings
from django.urls import reverse

from apps.accounts.models import User
from apps.teams.models import Membership, Team
from tests.security.looking import COUNTS
from tests.security.placing import ANYONE, MEMBER, Of
from tests.security.routes import Route, place_of, placed
from tests.security.world import alike

pytestmark = pytest.mark.django_db  # within the transaction of the world


def only(choose) -> pytest.MarkDecorator:
    routes = [route for route in placed() if choose(place_of(route))]
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


def own_url(asking, route: Route) -> str:
    url = asking.world.url(route, place_of(route), "own")
    assert url is not None
    return url


def body_of(asking, route: Route) -> dict[str, object]:
    return asking.world.body(place_of(route).post)


# --- S-092: forged requests -----------------------------------------------------------------------


@only(lambda place: place.post and not place.exempt)
def test_a_form_of_another_site_is_refused(asking, route):
    """S-092: without a token, with a wrong one, and with the right one from elsewhere."""
    url, body, token = own_url(asking, route), body_of(asking, route), "t" * 32
    for told, headers, cookies in (
        ({}, {}, {}),
        ({"csrfmiddlewaretoken": "x" * 32}, {}, {settings.CSRF_COOKIE_NAME: token}),
        (
            {"csrfmiddlewaretoken": token},
            {"Origin": "https://evil.example"},
            {settings.CSRF_COOKIE_NAME: token},
        ),
    ):
        asked = asking.ask(
            "admin", "POST", url, body | told, is_guarded=True, headers=headers, cookies=cookies
        )

        assert asked.answer.status_code == 403
        assert asked.effects.beside(frozenset()) == ""


@only(lambda place: place.post and not place.exempt)
def test_a_form_of_ours_is_not_taken_for_a_forged_one(asking, route):
    token = "t" * 32
    asked = asking.ask(
        "admin",
        "POST",
        own_url(asking, route),
        body_of(asking, route) | {"csrfmiddlewaretoken": token},
        is_guarded=True,
        cookies={settings.CSRF_COOKIE_NAME: token},
    )

    assert asked.answer.status_code in place_of(route).post.answers


# --- S-012, S-013: fragments and caches -----------------------------------------------------------


@only(lambda place: place.get and not (place.is_open or place.api or place.from_mail))
def test_a_fragment_without_a_session_moves_the_browser_to_the_sign_in(asking, route):
    """S-012"""
    asked = asking.ask(
        "anonymous",
        "GET",
        own_url(asking, route),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/the/page/"},
    )

    assert asked.answer.status_code == 401
    assert asked.answer["HX-Redirect"] == reverse("accounts:login") + "?next=/the/page/"
    assert asked.answer.content == b""


@only(lambda place: place.get)
def test_no_cache_keeps_what_somebody_signed_in_has_seen(asking, route):
    """S-013"""
    answer = asking.ask("admin", "GET", own_url(asking, route)).answer

    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


@only(lambda place: place.get and place.get.who >= MEMBER)
def test_no_page_poses_as_a_file(asking, route):
    """S-013: a cache that goes by the end of a name would keep it."""
    url = own_url(asking, route)
    for end in ("lib.js", ";x.css", "x.png", "%0A.js"):
        assert asking.ask("admin", "GET", url + end).answer.status_code == 404


# --- Foreign numbers in forms and queries ---------------------------------------------------------


def _unposted(asked, url, body):
    """The answer without what the form has sent itself: a page with an error shows it again."""
    status, text = alike(asked.answer, url)
    for sent in body.values():
        text = text.replace(f'value="{sent}"', "")
    return status, text


@only(lambda place: place.post and any(isinstance(one, Of) for one in place.post.body.values()))
def test_a_form_with_a_row_of_another_team_does_nothing(asking, route):
    """S-020, S-006: a form of one team, sent to another; as with a row that does not exist."""
    url, post = own_url(asking, route), place_of(route).post
    bodies = [asking.world.body(post, ids) for ids in ("foreign", "nonexistent")]
    foreign, nobodys = (asking.ask("admin", "POST", url, body) for body in bodies)
    foreign.effects.calls.clear()  # it may ask another site what there is

    assert foreign.effects.beside(COUNTS) == ""
    assert _unposted(foreign, url, bodies[0]) == _unposted(nobodys, url, bodies[1])
    assert foreign.effects.statements == nobodys.effects.statements


@only(lambda place: place.get and place.get.who >= MEMBER)
def test_a_query_with_words_and_rows_of_another_team_finds_nothing_of_it(asking, route):
    """S-010, S-011, S-018"""
    foreign = asking.world.foreign
    team, person = foreign.row("teams.Team"), foreign.row("github.Person")
    repository, pull_request = (
        foreign.row(f"github.{name}") for name in ("TrackedRepository", "PullRequest")
    )
    beginning = foreign.prefix[:-1]  # found where it is searched, and no canary where it is echoed
    url = own_url(asking, route)
    for query in (
        {"team": team.pk, "slug": team.slug, "account": beginning},
        {"repo": repository.pk, "repository": repository.pk, "pull_request": pull_request.pk},
        {"author": person.pk, "member": person.pk, "person": person.pk, "user": person.pk},
        {"q": beginning, "search": beginning, "sort": "-team__name", "page": "1", "days": "90"},
    ):
        told = "&".join(f"{name}={value}" for name, value in query.items())
        asked = asking.ask("admin", "GET", f"{url}?{told}")

        assert asked.answer.status_code < 500
        echoed = foreign.sung_in(told)
        assert foreign.sung_in(asked.text) - echoed == set()


# --- S-022: fields that nobody asked for ----------------------------------------------------------

MORE = {
    "is_staff": "1",
    "is_superuser": "1",
    "is_active": "",
    "team": "1",
    "team_id": "1",
    "user_id": "1",
    "onboarding_pipeline_status": "complete",
    "pipeline_status": "complete",
    "phase1_completed_at": "2020-01-01",
    "pipeline_ticket": "99",
    "llm_daily_usd": "999",
    "history_days": "365",
    "role": "admin",
    "id": "1",
    "pk": "1",
}


def powers() -> list[object]:
    """What decides about rights and money, of everybody."""
    return [
        list(User.objects.order_by("pk").values_list("is_staff", "is_superuser", "is_active")),
        list(  # by names: a sequence does not go back with a transaction
            Membership.objects.order_by("pk").values_list("team__slug", "user__username", "role")
        ),
        list(
            Team.objects.order_by("pk").values_list(
                "onboarding_pipeline_status", "phase1_completed_at", "pipeline_run",
                "pipeline_ticket", "llm_daily_usd", "llm_enabled", "history_days",
            )
        ),
    ]  # fmt: skip


@only(lambda place: place.post and place.post.who > ANYONE)
@pytest.mark.parametrize("role", ["admin", "member"])
def test_what_a_form_does_not_have_is_not_taken_from_it(asking, route, role):
    """S-022"""
    url, body = own_url(asking, route), body_of(asking, route)
    plain = asking.ask(role, "POST", url, body, then=powers)
    more = asking.ask(role, "POST", url, MORE | body, then=powers)

    assert more.answer.status_code == plain.answer.status_code
    assert more.left == plain.left
