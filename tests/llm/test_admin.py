"""The admin shows a verdict with its evidence, escaped, and lets nobody edit it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.urls import reverse

from apps.llm.costs import today
from apps.llm.models import (
    Correction,
    Evidence,
    LlmBatch,
    LlmBatchLine,
    LlmUse,
    PastVerdict,
)
from tests.factories import PullRequestAnalysisFactory, PullRequestFactory, TeamFactory
from tests.visiting import list_of, visit

pytestmark = pytest.mark.django_db


def test_a_verdict_is_shown_with_its_evidence_and_cannot_be_changed(admin_client):
    analysis = PullRequestAnalysisFactory(summary="<b>bold</b>")
    Evidence.objects.create(
        analysis=analysis, kind="footer", place="body", tool="claude", quote="<script>x</script>"
    )
    url = reverse("admin:llm_pullrequestanalysis_change", args=[analysis.pk])
    visit(admin_client, analysis.team)

    page = admin_client.get(url).content.decode()

    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "<b>bold" not in page
    assert admin_client.post(url, {"ai_class": "A"}).status_code == 403


def test_what_was_said_before_stands_below_the_verdict(admin_client):
    analysis = PullRequestAnalysisFactory()
    PastVerdict.objects.create(analysis=analysis, ai_class="B", markers_version="2025-01.7")
    visit(admin_client, analysis.team)

    url = reverse("admin:llm_pullrequestanalysis_change", args=[analysis.pk])

    assert "2025-01.7" in admin_client.get(url).text


@pytest.mark.parametrize(
    "model", ["pullrequestanalysis", "llmanswer", "correction", "llmbatch", "llmuse"]
)
def test_the_lists_open_and_nothing_can_be_added(admin_client, model):
    team = PullRequestAnalysisFactory().team
    visit(admin_client, team)

    listed = admin_client.get(list_of(apps.get_model("llm", model), team))

    assert listed.status_code == 200
    assert admin_client.get(reverse(f"admin:llm_{model}_add")).status_code == 403


def test_a_correction_is_looked_at_and_not_changed(admin_client):
    pull_request = PullRequestFactory()
    said = Correction.objects.create(
        team=pull_request.team,
        pull_request=pull_request,
        is_ai_assisted=True,
        note="<i>pair</i>",
        said_by="ada",
    )
    url = reverse("admin:llm_correction_change", args=[said.pk])
    visit(admin_client, said.team)

    assert "&lt;i&gt;pair" in admin_client.get(url).text
    assert admin_client.post(url, {"said_by": "eve"}).status_code == 403


def test_a_batch_is_shown_with_its_lines_in_as_many_statements_for_many(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    team = TeamFactory()
    batch = LlmBatch.objects.create(team=team, model="m", prompt_version="v", batch_id="batch_1")
    url = reverse("admin:llm_llmbatch_change", args=[batch.pk])
    visit(admin_client, team)

    def ask(reason):
        LlmBatchLine.objects.create(
            batch=batch, pull_request=PullRequestFactory(), state="failed", reason=reason
        )

    ask("It was cut off.")
    admin_client.get(url)  # learns what is kept for the next request
    with django_assert_max_num_queries(15) as few:
        assert "It was cut off." in admin_client.get(url).text
    for _ in range(5):
        ask("Again.")

    with django_assert_num_queries(len(few)):
        assert admin_client.get(url).text.count("Again.") == 5
    assert admin_client.post(url, {"state": "open"}).status_code == 403


def used(team, nano_usd, *, day=None, **fields):
    kept = {"run": 1, "model": "m", "way": "live", "purpose": "reading", "requests": 2} | fields
    return LlmUse.objects.create(team=team, day=day or today(), nano_usd=nano_usd, **kept)


def test_use_is_summed_over_the_page_and_over_all_that_is_listed(admin_client):
    team = TeamFactory()
    for run in range(101):  # a page holds 100
        used(team, 1_000_000, run=run)
    used(TeamFactory(), 1, day=today() - timedelta(days=400))

    visit(admin_client, team)
    page = admin_client.get(list_of(LlmUse, team)).text

    assert "On this page: 200 calls, 0 tokens, $0.1000." in page
    assert "In all that is listed: 202 calls, 0 tokens, $0.1010." in page


def test_staff_see_what_all_teams_spend_today_beside_the_caps(
    admin_client, settings, django_assert_num_queries, django_assert_max_num_queries
):
    settings.LLM_DAILY_USD, settings.LLM_TEAM_DAILY_USD = 25.0, 1.0
    url = reverse("admin:llm_llmuse_changelist")
    used(TeamFactory(slug="lantern", llm_daily_usd=Decimal("3.00")), 2_500_000_000)
    used(TeamFactory(slug="old"), 1, day=today() - timedelta(days=1))
    admin_client.get(url)  # learns what is kept for the next request
    with django_assert_max_num_queries(14) as few:
        page = " ".join(admin_client.get(url).text.split())

    assert "Today (UTC): $2.50 of $25.00 that all teams together may spend" in page
    assert (
        '<th scope="row">lantern</th><td>2 calls, 0 tokens</td><td>$2.50</td><td>$3.00</td>' in page
    )
    assert '<th scope="row">old</th>' not in page
    for _ in range(30):
        used(TeamFactory(), 1)
    with django_assert_num_queries(len(few)):
        assert admin_client.get(url).text.count('<th scope="row">') >= 20


def test_use_is_never_changed(admin_client):
    row = used(TeamFactory(), 1)
    visit(admin_client, row.team)

    url = reverse("admin:llm_llmuse_change", args=[row.pk])

    assert admin_client.post(url, {"nano_usd": 0}).status_code == 403
