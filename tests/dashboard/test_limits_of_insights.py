"""The page on a team's own limits of insights: set, refused, taken back."""

import pytest

from apps.metrics.models import CountingChange
from tests.dashboard.counting import look, say, words_of

pytestmark = pytest.mark.django_db


def test_limits_are_set_written_down_and_taken_back(client, team):
    words = words_of(say(client, team, "thresholds", **{"I-01.hours": "48", "I-02.on": "off"}))

    sentence = (
        "Insights have other limits: “First reviews take long”, “Waiting for a first review now”."
    )
    assert f"{sentence} They follow within a minute." in words
    assert 'name="I-01.hours" value="48"' in look(client, team, "thresholds").text
    assert CountingChange.objects.get().sentence == sentence
    taken_back = words_of(say(client, team, "thresholds", reset="all"))
    assert "Insights have their default limits again: “First reviews take long”, " in taken_back
    assert 'name="I-01.hours" value="24"' in look(client, team, "thresholds").text


def test_what_can_be_no_limit_is_told_where_it_stands(client, team):
    answer = say(client, team, "thresholds", **{"I-01.hours": "soon", "I-03.days": "20"})

    assert "Nothing is stored yet" in words_of(answer)
    assert "Give a number." in words_of(answer)
    assert 'value="soon"' in answer.text
    assert 'value="20"' in answer.text
    assert not CountingChange.objects.exists()
