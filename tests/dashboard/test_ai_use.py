"""The page about the language model: what it costs, by day and kind, and where that is told."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.llm import prompts
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.dashboard.using import TODAY, shown, url_of, use, words_of
from tests.factories import TeamFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key")]


def test_today_the_run_and_thirty_days_are_each_summed(client, team):
    rows().filter(pk=team.pk).update(pipeline_run=4)
    use(team, 12_300_000, run=4)
    use(team, 500_000_000, run=3)
    use(team, 40_000, run=4, day=TODAY - timedelta(days=1), requests=1)
    use(team, 9_000_000_000, run=1, day=TODAY - timedelta(days=30))  # the 31st
    use(TeamFactory(), 7_000_000_000, run=4)

    words = shown(client, team)

    assert "Today $0.5123 4 calls, 3,000 tokens" in words
    assert "This run, so far $0.0123 3 calls, 3,000 tokens" in words
    assert "The last 30 days $0.5123 5 calls, 4,500 tokens" in words
    assert "31 May 2026 1 1,200 700 300 less than $0.0001" in words
    assert "$7" not in words


def test_an_update_with_nothing_to_ask_does_not_hide_the_run_before(client, team):
    rows().filter(pk=team.pk).update(pipeline_run=2)
    use(team, 12_300_000, run=1)

    assert "The last run that asked $0.0123 2 calls, 1,500 tokens" in shown(client, team)
    dashboard = client.get(reverse("dashboard:overview", args=[team.slug]))
    assert "AI analysis of the last run that asked: 2 calls" in words_of(dashboard)


def test_it_is_told_apart_by_purpose_model_and_way(client, team):
    use(team, 1_000_000)
    use(team, 2_000_000, way="batch")
    use(team, 3_000_000, purpose="summary", model="openai/gpt-oss-120b")

    words = shown(client, team)

    assert "openai/gpt-oss-20b 0.075 sent, 0.0375 sent and cached, 0.3 answered;" in words

    assert "Reading pull requests, openai/gpt-oss-20b, at once 2 1,200 700 300 $0.0010" in words
    assert "Reading pull requests, openai/gpt-oss-20b, in a batch, at half the price 2" in words
    assert "Writing the summary, openai/gpt-oss-120b, at once 2 1,200 700 300 $0.0030" in words


def test_a_day_before_the_first_record_is_unknown_and_a_later_one_without_calls_is_nothing(
    client, team
):
    use(team, 1_000_000, day=TODAY - timedelta(days=2))

    answer = client.get(url_of(team))
    words = words_of(answer)

    assert "Recorded since 30 May 2026." in words
    assert [line.about for line in answer.context["use"].days] == [
        "1 Jun 2026", "31 May 2026", "30 May 2026",
    ]  # fmt: skip
    assert "31 May 2026 0 0 0 0 $0" in words
    assert "29 May 2026: not recorded" in words
    assert len(answer.context["use"].bars) == 30


def test_without_any_record_it_says_so_and_no_zero(client, team):
    words = shown(client, team)

    assert "Nothing is recorded yet." in words
    assert "Today – nothing is recorded yet" in words
    assert "The last run that asked – nothing is recorded yet" in words


def test_what_is_left_is_of_the_teams_own_budget(client, team, settings):
    settings.LLM_TEAM_DAILY_USD = 2.0
    use(team, 250_000_000)
    assert "Left of today's budget $1.75 of $2.00, as for every team" in shown(client, team)

    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("0.30"))

    assert "Left of today's budget $0.0500 of $0.30, set for this team" in shown(client, team)


def test_a_cap_that_is_reached_is_told(client, team):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("0.10"))
    use(team, 110_000_000)

    assert (
        "The team's budget for the language model, $0.10 a day, is used up."
        " The rest follows with the first run of tomorrow (UTC)."
    ) in shown(client, team)


def test_what_other_teams_spend_is_not_told(client, team, settings):
    settings.LLM_DAILY_USD = 5.0
    use(team, 1)
    use(TeamFactory(), 4_500_000_000)

    words = shown(client, team)

    assert "Less than that is left of what all teams together may spend." in words
    assert "4.5" not in words
    assert "0.50" not in words.replace("such as 0.50", "")


def test_without_a_key_it_says_so(client, team, settings):
    settings.GROQ_API_KEY = ""

    words = shown(client, team)

    assert "This installation has no key for the language model (GROQ_API_KEY)" in words


def test_it_names_models_instructions_and_what_is_sent(client, team, settings):
    settings.GROQ_MODEL, settings.GROQ_FALLBACK_MODEL = "a/first", "a/second"

    words = shown(client, team)

    assert "a/first , and where its answer is of no use a/second" in words
    assert prompts.VERSION in words
    assert "e-mail addresses and mentions of people, which are replaced" in words
    assert "about 6,000 characters at most" in words


def test_it_takes_as_many_statements_for_much_as_for_little(
    client, team, django_assert_num_queries
):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")  # no import above it
    with django_assert_num_queries(9):  # session, person, team, role and the five of `ai_use_of`
        client.get(url_of(team))
    for back in range(40):
        for way in ("live", "batch"):
            use(team, back, way=way, day=TODAY - timedelta(days=back), run=back)

    with django_assert_num_queries(9):
        client.get(url_of(team))


def test_days_are_those_of_utc(client, team):
    Team.objects.filter(pk=team.pk).update(time_zone="Pacific/Auckland")  # it is 2 June there
    use(team, 1_000_000, day=date(2026, 6, 1))

    assert "Today $0.0010" in shown(client, team)


# --- Where else it is told ---


def test_the_dashboard_says_what_the_run_has_used_and_links_here(client, team):
    use(team, 31_000_000, requests=412, prompt_tokens=309_700)

    answer = client.get(reverse("dashboard:overview", args=[team.slug]))

    assert "AI analysis of this run: 412 calls, 310,000 tokens, $0.0310." in words_of(answer)
    assert f'href="{url_of(team)}"' in answer.text


def test_the_dashboard_says_nothing_of_a_run_that_nothing_is_recorded_of(client, team):
    answer = client.get(reverse("dashboard:overview", args=[team.slug]))

    assert "AI analysis of" not in words_of(answer)
    assert f'href="{url_of(team)}"' in answer.text


def test_the_import_page_links_here(client, team):
    answer = client.get(reverse("onboarding:status", args=[team.slug]))

    assert f'href="{url_of(team)}"' in answer.text
