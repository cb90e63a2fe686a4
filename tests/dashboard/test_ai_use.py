"""The page about the language model: its cost, the caps, the switch, and who may change them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.llm import prompts
from apps.llm.models import LlmUse
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.dashboard.conftest import NOW
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def url_of(team, name="ai_use"):
    return reverse(f"dashboard:{name}", args=[team.slug])


def shown(client, team):
    """The page's words."""
    answer = client.get(url_of(team))
    assert answer.status_code == 200
    return words_of(answer)


def words_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def use(team, nano_usd, **fields):
    kept = {"day": TODAY, "run": 0, "model": "openai/gpt-oss-20b", "way": "live"} | fields
    kept = {"purpose": "reading", "requests": 2, "prompt_tokens": 1200, "cached_tokens": 700} | kept
    return LlmUse.objects.create(team=team, nano_usd=nano_usd, completion_tokens=300, **kept)


@pytest.fixture(autouse=True)
def key(settings):
    settings.GROQ_API_KEY = "sandbox-key"


# --- What it shows ---


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
    with django_assert_num_queries(9):  # session, person, team, role and the five of `ai_use_of`
        client.get(url_of(team))
    for back in range(40):
        for way in ("live", "batch"):
            use(team, back, way=way, day=TODAY - timedelta(days=back), run=back)

    with django_assert_num_queries(9):
        client.get(url_of(team))


# --- The switch ---


def flip(client, team, to):
    return client.post(url_of(team, "ai_switch"), {"llm_enabled": to}, follow=True)


def is_on(team):
    return Team.objects.get(pk=team.pk).llm_enabled


def test_switched_off_during_a_run_it_follows_with_the_next_step(client, team):
    words = words_of(flip(client, team, "off"))

    assert not is_on(team)
    assert (
        "The language model is off for this team."
        " The pull requests follow with the next analysis of the run that is under way,"
        " or with the next run."
    ) in words
    assert "Off. Nothing of this team is sent to the language model." in words
    assert "Switch it on" in words
    assert not PipelineTransition.objects.filter(team=team).exists()


def test_a_team_at_rest_is_updated_so_that_its_rows_follow(client, team):
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete", onboarding_pipeline_started_at=NOW
    )

    words = words_of(flip(client, team, "off"))

    assert "An update has begun, and the pull requests follow with it." in words
    (moved,) = PipelineTransition.objects.filter(team=team)
    assert (moved.verb, moved.actor) == ("refresh", team.people.get().username)


def test_a_team_that_cannot_be_updated_is_left_as_it_is(client, team):
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete", onboarding_pipeline_started_at=NOW
    )
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")

    assert "The pull requests follow with the next run." in words_of(flip(client, team, "off"))
    assert not is_on(team)
    assert not PipelineTransition.objects.filter(team=team).exists()


def test_switched_twice_is_switched_once(client, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    flip(client, team, "off")

    assert "The language model is off for this team already." in words_of(flip(client, team, "off"))
    assert PipelineTransition.objects.filter(team=team).count() <= 1
    flip(client, team, "on")
    assert is_on(team)


@pytest.mark.parametrize("posted", [{}, {"llm_enabled": "toggle"}])
def test_the_switch_has_two_positions(client, team, posted):
    assert client.post(url_of(team, "ai_switch"), posted).status_code == 400
    assert is_on(team)


# --- The budget ---


def budget_of(team):
    return Team.objects.get(pk=team.pk).llm_daily_usd


@pytest.mark.parametrize(
    ("entered", "stored", "said"),
    [
        ("0.50", Decimal("0.50"), "The team's budget is $0.50 a day."),
        (" 12 ", Decimal(12), "The team's budget is $12.00 a day."),
        ("0", Decimal(0), "The team's budget is $0.00 a day."),
        ("", None, "The installation's budget holds: $1.00 a day."),
    ],
)
def test_an_admin_sets_the_budget(client, team, entered, stored, said):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("7.00"))

    answer = client.post(url_of(team), {"llm_daily_usd": entered}, follow=True)

    assert budget_of(team) == stored
    assert said in words_of(answer)
    assert answer.redirect_chain == [(url_of(team), 302)]


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        ("0,50", "Write an amount in US dollars, such as 0.50"),
        ("much", "Write an amount in US dollars"),
        ("NaN", "Write an amount in US dollars"),
        ("-1", "A budget is 0 or more"),
        ("0.001", "Whole cents, please"),
        ("1234567", "At most 999999.99"),
        ("1\x00", "Write an amount in US dollars"),
    ],
)
def test_what_is_no_budget_is_told_and_kept_in_the_field(client, team, entered, error):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("7.00"))

    answer = client.post(url_of(team), {"llm_daily_usd": entered})

    assert error in words_of(answer)
    assert f'value="{entered}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert budget_of(team) == Decimal("7.00")


# --- Who may ---


def test_a_member_sees_it_and_changes_nothing(client, team):
    team.memberships.update(role="member")

    answer = client.get(url_of(team))

    assert "The team's admins can change this." in words_of(answer)
    assert url_of(team, "ai_switch") not in answer.text
    assert "<input" not in answer.text.replace('<input type="hidden" name="csrf', "")
    assert client.post(url_of(team), {"llm_daily_usd": "9"}).status_code == 403
    assert client.post(url_of(team, "ai_switch"), {"llm_enabled": "off"}).status_code == 403
    assert (budget_of(team), is_on(team)) == (None, True)


def test_a_foreign_team_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign", name="Canary")
    missing = reverse("dashboard:ai_use", args=["missing"])

    answer = client.get(url_of(foreign))

    assert answer.status_code == 404
    assert answer.content == client.get(missing).content
    assert client.post(url_of(foreign), {"llm_daily_usd": "9"}).status_code == 404
    assert client.post(url_of(foreign, "ai_switch"), {"llm_enabled": "off"}).status_code == 404
    assert (budget_of(foreign), is_on(foreign)) == (None, True)


@pytest.mark.parametrize("name", ["ai_use", "ai_switch"])
def test_who_is_not_signed_in_is_led_to_the_login(client, team, name):
    client.logout()

    for answer in (client.get(url_of(team, name)), client.post(url_of(team, name))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:login"))


def test_a_get_changes_nothing(client, team):
    assert client.get(url_of(team, "ai_switch"), {"llm_enabled": "off"}).status_code == 405
    client.get(url_of(team), {"llm_daily_usd": "9"})

    assert (budget_of(team), is_on(team)) == (None, True)


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
