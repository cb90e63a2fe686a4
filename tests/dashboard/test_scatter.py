"""Single pull requests as points: where they lie, what they say, and how many there are."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.dashboard.overview import overview_of
from apps.dashboard.scatter import _ends
from apps.metrics.models import PullRequestFlow

pytestmark = pytest.mark.django_db


def chart_of(team, query=""):
    return overview_of(team, QueryDict(query), now=timezone.now()).charts.points


def test_each_point_is_a_pull_request_and_leads_to_its_card(team, merged):
    one, two = merged(2, "B")

    data = chart_of(team).data

    (series,) = data["series"]
    assert series["tone"] == "B"
    assert {point[2] for point in series["points"]} == {one.pk, two.pk}
    assert data["card"] == f"/teams/{team.slug}/pull-requests/0/"


def test_classes_are_apart_by_more_than_their_colour(team, merged):
    merged(1, "B")
    merged(1, "D")

    chart = chart_of(team)

    assert [item.tone for item in chart.legend] == ["B", "D"]
    assert chart.legend_as == "point"


def test_a_merge_in_no_time_still_lies_on_the_axis(team, merged):
    merged(1)
    PullRequestFlow.objects.update(cycle_time=0)

    data = chart_of(team).data

    assert data["series"][0]["points"][0][1] == 60
    assert data["lowest"] < 60


def test_a_title_is_cut_and_shows_what_is_invisible(team, merged):
    (one,) = merged(1)
    one.title = "Mend \u202e" + "x" * 80
    one.save()

    words = chart_of(team).data["series"][0]["points"][0][3]

    assert words[0] == f"{one.repository.name_with_owner}#{one.number}"
    assert words[1].startswith("Mend ⟨U+202E⟩")
    assert len(words[1]) == 61


def test_the_table_counts_all_of_them(team, merged):
    merged(7, "B")

    table = chart_of(team).table

    assert sum(line.cells[0].n for line in table.lines) == 7
    assert sum(line.cells[1].n for line in table.lines) == 7


def test_without_a_cycle_time_nothing_is_drawn(team, merged):
    merged(3)
    PullRequestFlow.objects.update(cycle_time=None)

    assert chart_of(team).data == {}


@pytest.mark.parametrize("seconds", [60.0, 599.0, 600.0, 86_400.0, 1e8])
def test_the_axis_holds_every_point(seconds):
    lowest, highest = _ends(seconds, seconds)

    assert lowest < seconds < highest
