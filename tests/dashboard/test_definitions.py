"""The page on what each number means."""

import pytest

from apps.metrics.definitions import TABLE
from tests.dashboard.counting import look, words_of
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def test_each_number_has_its_anchor_its_gaps_and_its_source(client, team):
    team.memberships.update(role="member")

    answer = look(client, team, "definitions")
    words = words_of(answer)

    for one in TABLE:
        assert f'id="{one.key}"' in answer.text
        assert one.name in words
        assert one.what in words
        assert one.source in words
    assert "They are not DORA's" in words


def test_a_foreign_team_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign")

    assert look(client, foreign, "definitions").status_code == 404
