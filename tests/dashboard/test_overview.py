"""The dashboard shows the numbers of the metrics room, and nothing of another team."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.github.models import Connection
from apps.insights.models import Insight, Summary
from apps.metrics.headline import headline
from apps.metrics.measure import measure
from apps.metrics.week_table import weeks_of
from apps.metrics.wording import in_words
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.factories import (
    MembershipFactory,
    PersonFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db


def page(client, team):
    return client.get(reverse("dashboard:overview", args=[team.slug]))


def insight(team, pull_requests, **columns):
    found = Insight.objects.create(
        team=team,
        rule="I-01",
        period_start=date(2026, 5, 4),
        period_end=date(2026, 6, 1),
        title="First reviews come late",
        sentence="Half of them waited more than 26 h.",
        n=96,
        computed_at=timezone.now(),
        **columns,
    )
    found.pull_requests.set(pull_requests)
    return found


def text_of(answer):
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


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


def test_an_insight_links_its_pull_requests_at_github(client, team, merged):
    first, *_ = merged(3)
    insight(team, [first])

    shown = page(client, team).text

    address = f"https://github.com/{first.repository.name_with_owner}/pull/{first.number}"
    assert f'href="{address}"' in shown
    assert "Half of them waited more than 26 h." in shown
    assert "rests on 96" in shown


def test_in_the_demo_nothing_links_to_an_invented_repository(client, team, merged, settings):
    settings.DEMO_MODE = True
    insight(team, merged(1))

    assert "https://github.com" not in page(client, team).text


def test_markup_in_a_title_stays_text(client, team, merged):
    (pull_request,) = merged(1)
    pull_request.title = '<script>alert(1)</script>" onload="x'
    pull_request.save()
    insight(team, [pull_request])

    shown = page(client, team).text

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.parametrize(
    ("source", "mark"),
    [("model", "Written by the language model"), ("template", "Filled from the numbers")],
)
def test_the_paragraph_says_who_wrote_it(client, team, source, mark):
    Summary.objects.create(
        team=team, text="Lantern merged 30.", source=source, computed_at=timezone.now()
    )

    shown = page(client, team).text

    assert "Lantern merged 30." in shown
    assert mark in shown


def test_a_repository_with_gaps_says_so(client, team, merged):
    merged(1)
    team.repositories.update(sync_status="partial", sync_error="3 could not be fetched.")

    assert "3 could not be fetched." in page(client, team).text


def choose_another(team, name="owner/new"):
    team.repositories.update(is_selected=False)
    return TrackedRepositoryFactory(team=team, name_with_owner=name)


def test_after_another_choice_the_whole_page_rests_on_what_was_counted_and_says_so(
    client, team, merged
):
    merged(30)
    (counted,) = team.repositories.all()
    assert 'id="another-choice"' not in page(client, team).text

    choose_another(team)

    answer = page(client, team)
    overview = answer.context["overview"]
    assert overview.headline.merged.n == sum(week.merged.n for week in overview.weeks) == 30
    assert [source.repository for source in overview.sources] == [counted]
    assert (
        f"All numbers here rest on {counted.name_with_owner}. Chosen since then: owner/new. "
        "The numbers follow once that is read."
    ) in answer.text


def test_many_repositories_of_another_choice_are_not_all_named(client, team, merged):
    merged(1)
    for number in range(8):
        TrackedRepositoryFactory(team=team, name_with_owner=f"owner/more-{number}")

    assert "owner/more-4 and 4 others. The numbers follow" in page(client, team).text


def test_what_can_be_read_only_up_to_a_moment_is_counted_and_named(client, team, merged):
    merged(3)
    team.repositories.update(sync_status="failed", sync_error="It is gone.")
    TrackedRepositoryFactory(team=team, sync_status="completed", last_synced_at=timezone.now())
    measure(claim(team, Status.BACKGROUND_METRICS), since=timezone.now(), now=timezone.now())

    shown = page(client, team).text

    assert "2 repositories, one of them only up to 1 Jun, 12:00" in shown
    assert re.search(r"3 pull requests · only up to 1 Jun, 12:00", shown)


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


@pytest.mark.parametrize(("role", "offered"), [("admin", True), ("member", False)])
def test_an_update_can_be_asked_for_by_admins_once_nothing_runs(client, team, role, offered):
    update = reverse("onboarding:move", args=[team.slug, "refresh"])
    assert update not in page(client, team).text
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    team.memberships.update(role=role)

    assert (update in page(client, team).text) == offered


def test_a_closed_way_to_github_is_told_and_no_update_is_offered(client, team, merged):
    merged(1)
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")

    shown = page(client, team).text

    assert "GitHub was disconnected. Until then nothing new is read; what was read stays." in shown
    assert f'href="{reverse("onboarding:connect", args=[team.slug])}"' in shown
    assert reverse("onboarding:move", args=[team.slug, "refresh"]) not in shown


def test_a_complete_team_does_not_call_older_days_unknown_yet(client, team, merged):
    merged(1)
    assert "nothing is known yet" in page(client, team).text

    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")

    shown = page(client, team).text
    assert "nothing is read." in shown
    assert "yet" not in shown


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


def test_before_the_end_of_phase_1_it_leads_to_the_status_page(client, team):
    rows().filter(pk=team.pk).update(phase1_completed_at=None)

    answer = page(client, team)

    assert answer.headers["Location"] == reverse("onboarding:status", args=[team.slug])


def test_it_stays_open_while_a_new_run_reads_everything_again(client, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="syncing")

    assert page(client, team).status_code == 200


def test_a_foreign_dashboard_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign", name="Canary", phase1_completed_at=timezone.now())

    answer = page(client, foreign)
    missing = client.get(reverse("dashboard:overview", args=["missing"]))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content


def test_a_plain_member_sees_it(client, team):
    team.memberships.update(role="member")

    assert page(client, team).status_code == 200


def test_no_cache_keeps_a_team_page(client, team):
    assert page(client, team).headers["Cache-Control"] == "private, no-store"


def test_a_person_of_two_teams_sees_each_teams_own_numbers(client, team, merged):
    merged(7)
    other = MembershipFactory(
        user=team.people.get(), team__slug="other", team__phase1_completed_at=timezone.now()
    ).team

    assert page(client, other).context["overview"].headline.merged.n == 0
    assert page(client, team).context["overview"].headline.merged.n == 7
