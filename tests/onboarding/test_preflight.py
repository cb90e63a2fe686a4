"""The repositories page is there at once; GitHub's counts and what is missing come after it."""

import re

import pytest
from django.urls import reverse

from apps.core.sentences import with_link
from apps.github.models import Connection
from tests.factories import MembershipFactory, TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def connected(person, github):
    """A team that has not chosen yet, connected to the sandbox."""
    team = MembershipFactory(user=person, team__slug="fresh").team
    Connection.objects.create(
        team=team,
        token=github.token,
        viewer_login="mira-okafor",
        account_login="mira-okafor",
        account_type="user",
    )
    return team


def url(name, team):
    return reverse(f"onboarding:{name}", args=[team.slug])


def count_in(github, name):
    return len(github.world.pull_requests_by_repository[f"northwind-labs/{name}"])


@pytest.fixture
def fragment(client, connected):
    def get(**parameters):
        return client.get(url("preflight", connected), parameters, headers=HTMX)

    return get


def test_the_page_waits_for_no_count_and_asks_for_them(client, connected, github):
    github.github.change({"clear": True})

    shown = client.get(url("repositories", connected)).text

    assert github.github.stats()["counts"]["graphql"] <= 4
    assert f'hx-get="{url("preflight", connected)}?account=northwind-labs"' in shown
    assert "counting…" in shown


def test_each_repository_gets_its_counts_in_place(fragment, github):
    shown = fragment().text

    for repository in github.world.repositories:
        place = rf'id="count-{repository.database_id}" data-recent="(\d+)" data-whole="(\d+)"'
        recent, whole = map(int, re.search(place, shown).groups())
        assert 0 < recent < whole <= count_in(github, repository.name)
    assert shown.count('hx-swap-oob="true"') == len(github.world.repositories) + 1
    assert "<html" not in shown


def test_the_expected_time_of_what_is_ticked_is_told(fragment):
    shown = fragment()

    assert "Less than a minute</strong> until the dashboard opens" in shown.text
    assert "The older history follows in the background (<span data-older-takes>less" in shown.text
    assert shown.context["preflight"].uncounted == 0


def test_a_budget_that_is_too_small_is_said_with_the_time_of_the_next(fragment, github):
    assert re.search(r"data-over hidden>", fragment().text)

    github.github.change({"remaining": 12, "reset_in": 1800})
    try:
        shown = fragment().text
    finally:
        github.github.change({"remaining": 5000, "reset_in": 3600})

    assert re.search(r"data-over>It needs more requests \(about", shown)
    assert re.search(r"It will wait until \d\d:\d\d \(UTC\)", shown)


def test_without_scripts_the_same_address_is_the_page_with_its_counts(client, connected):
    shown = client.get(url("preflight", connected)).text

    assert "Choose repositories</h1>" in shown
    assert "until the dashboard opens" in shown
    assert re.search(r'data-whole="\d+"', shown)
    assert "hx-get" not in shown
    assert f'<form class="mt-6" method="post" action="{url("repositories", connected)}"' in shown


def test_an_account_that_was_not_offered_is_never_searched(fragment, github):
    shown = fragment(account="somebody is:pr repo:northwind-labs/harbor")

    assert shown.context["preflight"].counts.keys() == {
        one.name_with_owner for one in github.world.repositories
    }


def test_what_was_read_and_is_gone_is_named_on_the_page(fragment, connected):
    TrackedRepositoryFactory(
        team=connected, name_with_owner="northwind-labs/gone", node_id="R_gone"
    )

    assert "northwind-labs/gone was read until now, and is not seen any more" in fragment().text


def test_no_pull_requests_anywhere_are_explained(fragment, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "background_days": 0,
        "quick_start_days": 0,
    }

    shown = fragment().text

    assert "GitHub counts no pull request of the last 0 days in any of these" in shown
    assert "An import works all the same" in shown


def test_a_github_that_is_down_leaves_a_sentence_and_the_page(fragment, settings):
    settings.GITHUB_GRAPHQL_URL = "http://127.0.0.1:9/graphql"

    shown = fragment()

    assert shown.status_code == 200
    assert "GitHub could not be reached." in shown.text
    assert "hx-swap-oob" not in shown.text


def test_while_an_import_runs_nothing_is_counted(client, team):
    assert client.get(url("preflight", team)).headers["Location"] in (
        url("connect", team),
        url("status", team),
    )
    assert client.get(url("preflight", team), headers=HTMX).status_code == 204


def test_more_than_a_team_may_read_is_refused_with_a_sentence(client, connected, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_repositories": 1}

    answer = client.post(
        url("repositories", connected),
        {
            "account": "northwind-labs",
            "names": ["northwind-labs/harbor", "northwind-labs/lantern-web"],
        },
    )

    assert "One team reads at most 1 repositories; you have chosen 2." in answer.text
    assert not connected.repositories.exists()


def test_choosing_asks_github_no_more_for_many_than_for_one(client, connected, github):
    names = ["northwind-labs/harbor", "northwind-labs/lantern-web"]
    github.github.change({"clear": True})

    client.post(url("repositories", connected), {"account": "northwind-labs", "names": names})

    assert connected.repositories.count() == 2
    # What is offered, and then the account: none for a repository.
    assert github.github.stats()["counts"]["graphql"] <= 6


def test_the_counts_cost_few_queries(client, connected, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(url("preflight", connected), headers=HTMX)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_foreign_team_looks_like_none(client, person, headers):
    TeamFactory(slug="foreign")

    foreign = client.get(reverse("onboarding:preflight", args=["foreign"]), headers=headers)
    missing = client.get(reverse("onboarding:preflight", args=["missing"]), headers=headers)

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_a_plain_member_may_not_look(client, connected):
    connected.memberships.update(role="member")

    assert client.get(url("preflight", connected), headers=HTMX).status_code == 403


@pytest.mark.parametrize(
    ("said", "sentence", "link"),
    [
        ("Authorise it. Do that at https://github.com/orgs/a/sso?x=1", "Authorise it.", True),
        ("Look at https://github.com/orgs/a/sso?x=1.", "Look at.", True),
        ("Do not follow javascript:alert(1)", "Do not follow javascript:alert(1)", False),
        ("Nor http://github.example/", "Nor http://github.example/", False),
    ],
)
def test_only_a_safe_address_becomes_a_link(said, sentence, link):
    notice = with_link(said)

    assert notice.sentence == sentence
    assert notice.link == ("https://github.com/orgs/a/sso?x=1" if link else "")
