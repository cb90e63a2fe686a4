"""The overview shows the numbers of one selection with their bases, and never an invented 0."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.insights.models import Summary
from apps.metrics.headline import headline
from apps.metrics.models import KeptHeadline
from apps.metrics.wording import in_words
from apps.pipeline.rows import rows
from tests.dashboard.overview import insight, page, text_of
from tests.factories import PersonFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


def card(shown, name):
    """What stands below that name, up to the next one."""
    return re.split(rf">{name}</a></dt>", shown)[1].partition("<dt")[0]


def test_its_cards_are_the_headline_of_the_mails(client, team, merged):
    merged(24, "B")
    merged(6, "D")

    shown = text_of(page(client, team))

    figures = headline(team, now=timezone.now())
    for name, figure in {
        "Merged": figures.merged,
        "Cycle time": figures.cycle_time,
        "First review": figures.pickup_time,
        "Reviewed": figures.review_coverage,
        "AI-assisted": figures.ai_assisted,
    }.items():
        assert f">{in_words(figure)}</dd>" in card(shown, name)
    assert in_words(figures.ai_assisted) == "24 of 30 (80 %)"


def test_its_weeks_add_up_to_its_cards(client, team, merged):
    merged(30)

    overview = page(client, team).context["overview"]

    cells = [line.cells[0].n for line in overview.charts.merged.table.lines]
    assert sum(cells) == overview.cards[0].figure.n == 30


def test_a_card_says_how_it_stands_to_the_period_before(client, team, merged):
    merged(30)

    shown = text_of(page(client, team))

    assert "Not compared with the 30 days before: pull requests are known from" in shown


def test_what_all_cards_would_repeat_is_said_once(client, team, merged):
    """Whether too little is known of the days before, or too little in both."""
    merged(3)

    unknown = text_of(page(client, team))
    too_few = text_of(page(client, team, days=7))

    assert unknown.count("Not compared with the 30 days before") == 1
    assert too_few.count("Too little is known to compare with the 7 days before.") == 1


def test_a_half_analysed_team_reads_so_in_card_and_chart(client, team, merged):
    merged(20, "B")
    merged(25, "U")

    answer = page(client, team)
    shown = text_of(answer)

    assert ">at least 20 of 45</dd>" in card(shown, "AI-assisted")
    assert "25 not analysed yet</dd>" in card(shown, "AI-assisted")
    assert "Analysed 20 of 45." in shown
    assert "not analysed yet</li>" in shown
    assert "100 %" not in card(shown, "AI-assisted")


def test_a_cycle_time_says_how_many_have_an_unclear_start(client, team, merged):
    for pull_request in merged(30)[:9]:
        pull_request.commits.update(authored_at=pull_request.merged_at)
    merged(0)

    shown = card(text_of(page(client, team)), "Cycle time")

    assert "median of 21" in shown
    assert "; 9 with unclear start</dd>" in shown


def test_without_a_key_and_without_a_mark_nothing_is_said_about_ai(client, team, merged):
    merged(30, "U")

    shown = text_of(page(client, team))

    assert re.search(r"<dd [^>]*>–</dd>", card(shown, "AI-assisted"))
    assert "30 not analysed yet" in shown
    assert "Analysed 0 of 30." in shown
    assert not re.search(r"[> ]0 of \d+ AI", shown)


def test_a_whole_analysis_says_nothing_of_waiting(client, team, merged):
    merged(20, "B")

    assert "not analysed yet" not in page(client, team).text


def test_what_is_missing_is_a_dash_with_a_reason_and_never_zero(client, team, merged):
    (one,) = merged(1)
    one.flow.delete()
    insight(team, [])

    shown = page(client, team).context["overview"].cards

    assert [card.figure.value for card in shown if card.key == "cycle_time"] == [None]


def test_coding_agents_are_asked_about_ai_but_not_counted_as_people(client, team, merged):
    for pull_request in merged(24, "A")[:4]:
        pull_request.author = PersonFactory(team=team, bot=True)
        pull_request.save()
    merged(0)

    shown = text_of(page(client, team))

    assert ">24 of 24 (100 %)</dd>" in card(shown, "AI-assisted")
    assert ">20</dd>" in card(shown, "Merged")
    assert "4 more by bots are left out" in shown


def test_times_are_in_the_teams_zone_and_name_it(client, team, merged):
    merged(1)
    Summary.objects.create(team=team, text="So.", source="template", computed_at=timezone.now())
    rows().filter(pk=team.pk).update(time_zone="Asia/Tokyo")

    shown = page(client, team).text

    assert "As of 1 Jun 2026, 21:00 (Asia/Tokyo)" in shown
    assert "Filled from the numbers, 1 Jun 2026, 21:00 (Asia/Tokyo)." in shown
    assert "read 1 Jun, 21:00" in shown
    assert "UTC" not in shown


def test_a_team_that_has_measured_nothing_says_so(client, team):
    shown = text_of(page(client, team))

    assert "No repository is chosen, so there is nothing to count." in shown
    assert "<canvas" not in shown
    assert "0 h" not in shown


def test_days_without_a_pull_request_say_so(client, team, merged):
    for pull_request in merged(3):
        pull_request.flow.created_at -= timedelta(days=20)
        pull_request.flow.merged_at -= timedelta(days=20)
        pull_request.flow.save()

    shown = client.get(page(client, team).request["PATH_INFO"] + "?days=7").text

    assert "No pull request was opened, merged or closed in these days." in shown


def test_filters_that_nothing_passes_offer_to_clear_them(client, team, merged):
    merged(3)

    shown = client.get(page(client, team).request["PATH_INFO"] + "?days=7&size=xl").text

    assert "No pull request of these days passes the filters." in shown
    assert re.search(r'href="[^"?]*\?days=7">Clear filters</a>', shown)


def test_what_phase_2_has_moved_is_told(client, team, merged):
    merged(1)
    for phase, number in ((1, 40), (2, 31)):
        figure = {"value": number, "n": number, "unit": "count", "k": None, "undecided": 0}
        KeptHeadline.objects.create(
            team=team, run=1, phase=phase, figures={"merged": figure}, kept_at=timezone.now()
        )

    shown = page(client, team).text

    assert "One number of the headline has moved." in shown
    assert "Merged: 40 before, 31 now." in shown


def test_a_filter_by_repository_is_in_the_line_of_what_all_rests_on(client, team, merged):
    TrackedRepositoryFactory(team=team, last_synced_at=timezone.now())
    (one,) = merged(1)

    shown = client.get(page(client, team).request["PATH_INFO"] + f"?repo={one.repository_id}").text

    assert "2 repositories ·" in page(client, team).text
    assert "1 repository ·" in shown


def test_one_person_alone_has_no_reviewers_and_the_page_says_why(client, team, merged):
    for pull_request in merged(3):
        pull_request.reviews.all().delete()
    merged(0)

    shown = page(client, team).text

    assert "Nobody has reviewed anything." in shown
    assert "One person has written all of these." in shown


@pytest.mark.parametrize("runs", [True, False])
def test_the_queries_do_not_grow_with_the_rows(
    client, team, merged, runs, django_assert_num_queries, django_assert_max_num_queries
):
    insight(team, merged(3))
    if not runs:
        rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    page(client, team)

    with django_assert_max_num_queries(15) as few:
        page(client, team)
    merged(60)
    with django_assert_num_queries(len(few)):
        page(client, team)
