"""The overview shows the numbers of the metrics room with their bases, and never an invented 0."""

import re

import pytest
from django.utils import timezone

from apps.insights.models import Summary
from apps.metrics.headline import headline
from apps.metrics.week_table import weeks_of
from apps.metrics.wording import in_words
from apps.pipeline.rows import rows
from tests.dashboard.overview import insight, page, text_of
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_its_cards_are_the_headline(client, team, merged):
    merged(24, "B")
    merged(6, "D")

    shown = text_of(page(client, team))

    figures = headline(team, now=timezone.now())
    for figure in (
        figures.merged,
        figures.cycle_time,
        figures.pickup_time,
        figures.review_coverage,
        figures.ai_assisted,
    ):
        assert f">{in_words(figure)}</dd>" in shown
    assert in_words(figures.ai_assisted) == "24 of 30 (80 %)"


def test_its_table_is_the_weeks(client, team, merged):
    merged(30)

    answer = page(client, team)

    weeks = weeks_of(team, now=timezone.now())
    assert answer.context["overview"].weeks == weeks[::-1]
    assert sum(week.merged.n for week in weeks) == 30


def test_a_half_analysed_team_reads_so_in_cards_weeks_and_chart(client, team, merged):
    merged(20, "B")
    merged(25, "U")

    _head, cards, rest = text_of(page(client, team)).partition(">AI-assisted</dt>")

    assert cards
    assert ">at least 20 of 45</dd>" in rest
    assert ">25 not analysed yet</dd>" in rest
    assert re.search(r"at least \d+ of \d+<span [^>]*>\d+ not analysed yet</span></td>", rest)
    assert re.search(r"at least \d+ of \d+ AI-assisted, 0 more suspected; \d+ not analysed", rest)
    assert "not analysed yet</li>" in rest
    assert "100 %" not in rest


def test_a_cycle_time_says_how_many_have_an_unclear_start(client, team, merged):
    for pull_request in merged(30)[:9]:
        pull_request.commits.update(authored_at=pull_request.merged_at)

    shown = text_of(page(client, team))

    assert "median of 21" in shown
    assert "; 9 with unclear start</dd>" in shown


def test_without_a_key_and_without_a_mark_nothing_is_said_about_ai(client, team, merged):
    merged(30, "U")

    shown = text_of(page(client, team))

    assert re.search(r"AI-assisted</dt><dd [^>]*>–</dd>", shown)
    assert "30 not analysed yet" in shown
    assert not re.search(r"[> ]0 of ", shown)


def test_a_whole_analysis_says_nothing_of_waiting(client, team, merged):
    merged(20, "B")

    assert "not analysed yet" not in page(client, team).text


def test_what_is_missing_is_a_dash_with_a_reason_and_never_zero(client, team):
    _banner, _title, shown = text_of(page(client, team)).partition("How the pull requests")

    assert "no pull request to measure it on" in shown
    assert "nothing was merged in these days" in shown
    assert "0 h" not in shown
    assert "0 %" not in shown


def test_the_bases_of_the_ai_figure_and_of_the_others_are_told_apart(client, team, merged):
    for pull_request in merged(24, "A")[:4]:
        pull_request.author = PersonFactory(team=team, bot=True)
        pull_request.save()

    shown = text_of(page(client, team))

    assert ">24 of 24 (100 %)</dd>" in shown
    assert "Of the 20 by people and 4 by coding agents</dd>" in shown


def test_times_are_in_the_teams_zone_and_name_it(client, team, merged):
    merged(1)
    Summary.objects.create(team=team, text="So.", source="template", computed_at=timezone.now())
    rows().filter(pk=team.pk).update(time_zone="Asia/Tokyo")

    shown = page(client, team).text

    assert "As of 1 Jun 2026, 21:00 (Asia/Tokyo)" in shown
    assert "Filled from the numbers, 1 Jun 2026, 21:00 (Asia/Tokyo)." in shown
    assert "read 1 Jun, 21:00" in shown
    assert "UTC" not in shown


def test_the_queries_do_not_grow_with_the_rows(
    client, team, merged, django_assert_num_queries, django_assert_max_num_queries
):
    insight(team, merged(3))
    page(client, team)

    with django_assert_max_num_queries(20) as few:
        page(client, team)
    merged(60)
    with django_assert_num_queries(len(few)):
        page(client, team)
