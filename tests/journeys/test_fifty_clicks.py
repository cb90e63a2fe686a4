"""S-097: fifty people press "Read these repositories" at the same moment, and one run begins."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.conf import settings
from django.urls import reverse

from apps.pipeline.log import PipelineTransition
from apps.teams.models import Team
from tests.journeys.house import House, house
from tests.journeys.runs import connected_team, names
from tests.journeys.visitor import visitor

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

CLICKS = 50
PATIENCE = 120.0  # seconds: all of them ask GitHub first


@pytest.fixture
def home(tmp_path) -> Iterator[House]:
    """Without a worker: what has begun stays where it began."""
    with house(tmp_path / "s", page_seconds=0.05, answer_seconds=0.05) as running:
        yield running


def all_at_once(click: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Fifty threads, each of which waits until all of them are ready."""
    together = threading.Barrier(CLICKS)

    def one(_: int) -> httpx.Response:
        together.wait(timeout=60)
        return click()

    with ThreadPoolExecutor(CLICKS) as pool:
        return list(pool.map(one, range(CLICKS)))


@pytest.mark.parametrize(
    ("name", "how", "status"),
    [("onboarding:repositories", "data", 302), ("onboarding:start_json", "json", 202)],
)
def test_fifty_clicks_make_one_run_and_get_one_answer(outside, name, how, status):
    team = connected_team(outside)
    chosen = sorted(names(outside))[:2]
    wish = {"repositories": chosen, "names": chosen, "account": "northwind-labs"}
    with visitor(outside.start_web(), team) as person:
        person.page("onboarding:repositories")  # brings the cookie against forged requests
        address = str(person.browser.base_url.join(reverse(name, args=[team.slug])))
        cookies = dict(person.browser.cookies)
        token = {"X-CSRFToken": cookies[settings.CSRF_COOKIE_NAME]}

        answers = all_at_once(
            lambda: httpx.post(
                address, cookies=cookies, headers=token, timeout=PATIENCE, **{how: wish}
            )
        )

    told = {(one.status_code, one.headers.get("Location"), one.content) for one in answers}
    assert len(told) == 1, told
    assert {one.status_code for one in answers} == {status}
    assert_one_run(team, chosen)


def assert_one_run(team: Team, chosen: list[str]) -> None:
    assert PipelineTransition.objects.filter(team_id=team.pk, verb="start").count() == 1
    team.refresh_from_db()
    assert team.pipeline_run == 1
    assert sorted(row.name_with_owner for row in team.repositories.all()) == chosen
