"""Two teams that read the same repository: what one does with it, the other never notices."""

import inspect
from typing import Any

import pytest

from config.celery import app
from tests.security.asking import Asking
from tests.security.looking import Watch
from tests.security.placing import MEMBER
from tests.security.routes import place_of, placed
from tests.security.world import World

pytestmark = pytest.mark.django_db  # within the transaction of the world

#: What is one and the same at GitHub, by the columns that say so.
SAME_AT_GITHUB = {
    "github.TrackedRepository": ("name_with_owner", "node_id", "github_id"),
    "github.PullRequest": ("number", "node_id", "github_id", "title"),
    "github.Person": ("identity", "login", "github_id"),
    "github.Commit": ("oid",),
}
CHANGES = [
    route
    for route in placed()
    if (post := place_of(route).post) and post.who >= MEMBER and post.effect
]


@pytest.fixture
def asking(world: World, outside: None, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Both teams read the same repository, with the same pull request of the same person."""
    for label, columns in SAME_AT_GITHUB.items():
        row, other = world.own.row(label), world.foreign.row(label)
        same = {name: getattr(other, name) for name in columns}
        type(row)._base_manager.filter(pk=row.pk).update(**same)
    return Asking(world, Watch(monkeypatch))


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.name)
def test_whatever_a_team_changes_the_other_keeps_all_its_rows(asking, route):
    """S-015"""
    world, place = asking.world, place_of(route)
    before = rows_of(world.foreign)
    url = world.url(route, place, "own")
    assert url is not None

    asked = asking.ask(
        "admin", "POST", url, world.body(place.post), then=lambda: rows_of(world.foreign)
    )

    assert asked.answer.status_code in place.post.answers
    assert asked.left == before


def rows_of(poisoned: Any) -> dict[tuple[str, int], Any]:
    return {
        key: type(row)._base_manager.filter(pk=row.pk).values().first()
        for key, row in poisoned.rows.items()
    }


def test_no_task_can_name_a_row_of_one_team_and_another_team():
    """S-014: it is given a team and a ticket, or one row from which all else follows."""
    app.loader.import_default_modules()
    taken = {
        name: set(inspect.signature(task.run).parameters) - {"self", "_unknown", "task"}
        for name, task in app.tasks.items()
        # A bench's own tasks are known only where one has run, and touch no team's rows.
        if name.startswith("apps.") and not name.startswith("apps.operations.bench.")
    }

    assert taken
    ids = {"team_id", "ticket"}, {"team_id"}, {"deletion_id"}, set()
    assert {name: names for name, names in taken.items() if names not in ids} == {}
