"""Single pull requests: the newest, and all of them by how long they took."""

from datetime import timedelta

import pytest

from apps.metrics.selection import points
from apps.metrics.selection.points import cloud, distribution
from tests.metrics.selection.choosing import NOW, know, merge, selected

pytestmark = pytest.mark.django_db

HOUR = 3600.0


def test_the_newest_are_shown_the_oldest_of_them_first(repository, monkeypatch):
    monkeypatch.setattr(points, "MOST_POINTS", 2)
    know(repository.team)
    for days_ago in (3, 1, 2, 40):
        merge(repository, days_ago=days_ago, number=days_ago, cycle_time=HOUR, ai_class="B")
    merge(repository, cycle_time=None)
    merge(repository, is_by_person=False)

    found = cloud(repository.team, selected(repository.team))

    assert [point.number for point in found.points] == [2, 1]
    assert found.of == 3
    last = found.points[-1]
    assert (last.merged_at, last.cycle_time) == (NOW - timedelta(days=1), HOUR)
    assert (last.repository, last.title) == (repository.name_with_owner, "A change")
    assert (last.size, last.ai_class) == (10, "B")


def test_the_cloud_has_the_filters_of_its_selection(repository):
    know(repository.team)
    merge(repository, title="Fix the door")
    merge(repository, is_by_person=False)

    assert len(cloud(repository.team, selected(repository.team, search="door")).points) == 1
    assert len(cloud(repository.team, selected(repository.team, with_bots=True)).points) == 2


def test_each_cycle_time_lies_in_one_band(repository):
    know(repository.team)
    for hours in (0, 0.99, 1, 7.9, 24, 24 * 30, 24 * 900):
        merge(repository, cycle_time=hours * HOUR, ai_class="B" if hours == 1 else "D")
    merge(repository, cycle_time=None)

    found = {
        band.name: (band.n, band.ai_assisted) for band in distribution(selected(repository.team))
    }

    assert found == {
        "under 1 h": (2, 0),
        "1 to 3 h": (1, 1),
        "3 to 8 h": (1, 0),
        "8 to 24 h": (0, 0),
        "1 to 3 d": (1, 0),
        "3 to 7 d": (0, 0),
        "7 to 14 d": (0, 0),
        "14 to 30 d": (0, 0),
        "30 d or more": (2, 0),
    }
