"""Every call that Groq charges for is counted, by day, run, model and purpose, and none other."""

from datetime import date

import pytest
from django.utils import timezone

from apps.llm import use
from apps.llm.analyse import analyse
from apps.llm.client import Usage
from apps.llm.models import LlmAnswer, LlmUse
from apps.pipeline.rows import rows
from tests.llm.looking import states

pytestmark = pytest.mark.django_db

FIRST, FALLBACK = "openai/gpt-oss-20b", "openai/gpt-oss-120b"


def tokens():
    return sum(row.prompt_tokens + row.completion_tokens for row in LlmUse.objects.all())


def test_what_is_counted_is_what_groq_has_counted(team, claim_of, pull_requests, groq):
    pull_requests(20)
    groq.change({"next": ["prose", "503", "", "json", "429"]})

    analyse(claim_of(team))

    row = LlmUse.objects.get()
    assert (row.model, row.way, row.purpose) == (FIRST, "live", "reading")
    assert row.requests == 21  # twenty answers and one in prose; a refused call costs nothing
    assert tokens() == groq.counts["tokens"]
    answers = LlmAnswer.objects.all()
    assert row.prompt_tokens > sum(answer.prompt_tokens for answer in answers)
    assert row.nano_usd > 0
    assert row.day == timezone.now().date()


def test_each_run_and_each_model_has_its_row(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"next": ["prose", "prose"]})
    analyse(claim_of(team))
    rows().filter(pk=team.pk).update(pipeline_run=7)
    pull_requests(2)

    analyse(claim_of(team))

    found = LlmUse.objects.order_by("run", "model").values_list("run", "model", "requests")
    run = team.pipeline_run
    assert list(found) == [(run, FALLBACK, 1), (run, FIRST, 2), (7, FIRST, 2)]
    assert states(team) == [("D", "done")] * 3


def test_what_is_counted_is_added_up_in_one_statement_and_priced_call_by_call(
    team, django_assert_num_queries, settings
):
    settings.GROQ_PRICES = {FIRST: [1, 0.5, 2], FALLBACK: [10, 5, 20]}
    calls = [(FIRST, Usage(1000, 400, 50)), (FALLBACK, Usage(10, 0, 1))]
    use.record(team, 3, "live", "reading", calls)

    with django_assert_num_queries(1):
        use.record(team, 3, "live", "reading", [*calls, calls[0]])

    first, fallback = LlmUse.objects.order_by("-requests")
    assert (first.requests, first.prompt_tokens, first.cached_tokens) == (3, 3000, 1200)
    assert first.completion_tokens == 150
    assert first.nano_usd == 3 * (600 * 1000 + 400 * 500 + 50 * 2000)
    assert (fallback.requests, fallback.nano_usd) == (2, 2 * (10 * 10_000 + 20_000))


def test_a_day_is_one_of_utc(team, monkeypatch):
    monkeypatch.setattr(use, "today", lambda: date(2026, 2, 28))
    use.record(team, 1, "live", "reading", [(FIRST, Usage(1, 0, 1))])
    monkeypatch.setattr(use, "today", lambda: date(2026, 3, 1))
    use.record(team, 1, "live", "reading", [(FIRST, Usage(1, 0, 1))])

    assert LlmUse.objects.count() == 2
