"""People are followed by GitHub's number: through renames, and not into somebody else."""

import pytest

from apps.github.api.facts import GHOST, Account
from apps.github.models import Person, PullRequest
from apps.github.syncing.people import People
from tests.factories import PersonFactory, TeamFactory
from tests.github.fakes import connected, pull_request, review, user
from tests.github.running import sync_recent, track

pytestmark = pytest.mark.django_db

ADA = Account("ada", github_id=1, name="Ada")


def logins(team) -> dict[str, str]:
    return dict(team.github_people.values_list("identity", "login"))


def test_a_renamed_account_keeps_its_row_under_the_new_login(github, team):
    """R-38"""
    renamed = {**user("ada"), "login": "ada-lovelace", "name": "Ada Lovelace"}
    track(team, github.add_repository("acme/web", pull_request(1, days_old=2)))
    sync_recent(team)
    before = PullRequest.objects.get(number=1).author
    github.pull_requests["R_acme/web"].append(
        {**pull_request(2, days_old=1, author=renamed), "id": "PR_2@acme/web"}
    )

    sync_recent(team)

    after = PullRequest.objects.get(number=2).author
    assert (after.pk, after.login, after.name) == (before.pk, "ada-lovelace", "Ada Lovelace")


def test_a_login_that_somebody_else_took_over_is_another_person(github, team):
    """R-38"""
    other = {**user("ada"), "databaseId": 777}
    both = [pull_request(1), pull_request(2, author=other)]
    track(team, github.add_repository("acme/web", *both))

    sync_recent(team)

    authors = {found.author.identity: found.author.login for found in PullRequest.objects.all()}
    assert authors == {"user:294": "ada", "user:777": "ada"}


def test_a_rename_is_noticed_without_a_statement_for_those_who_have_none(
    django_assert_num_queries,
):
    team = TeamFactory()
    people = People(team.pk)
    with django_assert_num_queries(2):
        people.ids_of([ADA, GHOST])
    with django_assert_num_queries(0):
        people.ids_of([ADA, GHOST])

    with django_assert_num_queries(1):
        people.ids_of([GHOST, Account("lovelace", github_id=1, name="Ada")])

    assert logins(team) == {"user:1": "lovelace", "ghost": "ghost"}


def test_those_whom_another_worker_has_stored_cost_one_statement(django_assert_num_queries):
    team = TeamFactory()
    People(team.pk).ids_of([ADA, GHOST])

    with django_assert_num_queries(1):
        People(team.pk).ids_of([ADA, GHOST])


def test_one_who_was_known_without_an_id_becomes_that_id(django_assert_num_queries):
    """R-38"""
    team = TeamFactory()
    before = PersonFactory(team=team, login="ada")
    assert before.identity == "user:@ada"

    with django_assert_num_queries(3):
        ids = People(team.pk).ids_of([ADA, Account("bert", github_id=2)])

    before.refresh_from_db()
    assert (ids["user:1"], before.identity, before.github_id, before.name) == (
        *(before.pk, "user:1", 1, "Ada"),
    )
    assert logins(team) == {"user:1": "ada", "user:2": "bert"}


def test_an_app_and_a_person_of_one_name_and_number_are_two():
    team = TeamFactory()

    ids = People(team.pk).ids_of(
        [Account("claude", github_id=5), Account("claude", "bot", github_id=5)]
    )

    app = Person.objects.get(pk=ids["bot:5"])
    person = Person.objects.get(pk=ids["user:5"])
    assert (person.handle, app.handle) == ("claude", "claude[bot]")


def test_two_teams_share_no_person():
    first, second = TeamFactory(), TeamFactory()

    assert People(first.pk).ids_of([ADA]) != People(second.pk).ids_of([ADA])


def test_a_user_who_is_named_ghost_is_not_the_ghost(github, team):
    """R-36: a person has that login at GitHub."""
    real = {**user("ghost"), "databaseId": 10137}
    ghostly = pull_request(1, author=real, reviews=connected([review(1, author=None)]))
    track(team, github.add_repository("acme/web", ghostly))

    sync_recent(team)

    found = PullRequest.objects.get()
    assert found.author.identity == "user:10137"
    assert found.reviews.get().author.identity == "ghost"
