"""Marks for all, the model for whom it can; Groq fails nothing, and no answer is paid twice."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import TransientError
from apps.github.models import PullRequest
from apps.llm.analyse import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    analyse,
    analyse_older,
    analyse_recent,
)
from apps.llm.client import Completion
from apps.llm.marking import texts_of
from apps.llm.models import Evidence, LlmAnswer, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.prompts import question_about
from apps.llm.service import BUSY_WAIT, FAILURES_IN_A_ROW, LIMITS_IN_A_ROW
from apps.llm.settling import MAX_ATTEMPTS, Asked, checked, count_failure, keep, settle
from apps.llm.verdict import NOT_ALL_READ
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import (
    CommitFactory,
    PersonFactory,
    PullRequestFactory,
    TrackedRepositoryFactory,
)

FOOTER = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"
DISCLOSURE = "I used ChatGPT to draft the tests."

pytestmark = pytest.mark.django_db


def states(team):
    found = PullRequestAnalysis.objects.filter(team=team).order_by("-pull_request__pk")
    return [(row.ai_class, row.llm_state) for row in found]


def test_marks_and_model_together_give_every_class(team, claim_of, pull_requests, groq):
    pull_requests(1, body="Mends the clock.")
    pull_requests(1, author=PersonFactory(team=team, login="devin-ai-integration", bot=True))
    pull_requests(1, body=FOOTER)
    pull_requests(1, body=DISCLOSURE)

    analyse(claim_of(team))

    assert states(team) == [("C", "done"), ("B", "done"), ("A", "done"), ("D", "done")]
    suspected = PullRequestAnalysis.objects.get(ai_class="C")
    quote = suspected.evidence.get()
    assert (quote.kind, quote.place, quote.tool) == ("quote", "body", "chatgpt")
    assert DISCLOSURE[quote.start : quote.end] == quote.quote
    assert suspected.tools == ["chatgpt"]
    assert suspected.summary
    assert analysed_of(team).sentence == "4 of 4 analysed."


def test_running_again_asks_and_changes_nothing(team, claim_of, pull_requests, groq):
    pull_requests(5, body=DISCLOSURE)
    analyse(claim_of(team))
    before = states(team)
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert states(team) == before
    assert Evidence.objects.count() == 5


def test_an_answer_that_was_stored_before_a_crash_is_not_paid_again(
    team, claim_of, pull_requests, groq
):
    pull_requests(3, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.all().delete()
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert states(team) == [("C", "done")] * 3
    assert LlmAnswer.objects.count() == 3


def test_a_worker_that_lost_its_ticket_stops_and_the_next_one_asks_only_the_rest(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(6)
    lost = claim_of(team)

    class Stolen(type(lost)):
        def batch(self, **columns):
            if LlmAnswer.objects.count() == 2:
                rows().filter(pk=team.pk).update(pipeline_ticket=self.ticket + 1)
            return super().batch(**columns)

    with pytest.raises(TicketLost):
        analyse(Stolen(row=lost.row, ticket=lost.ticket, status=lost.status))
    assert LlmAnswer.objects.count() == 2
    analyse(claim_of(team))

    assert LlmAnswer.objects.count() == 6
    assert groq.counts["chat"] <= 8  # six, and what was in flight when the ticket was lost


def test_one_pull_request_that_always_fails_ends_undecided_after_three_attempts(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(3)
    groq.change({"next": ["prose", "", "", "json", "prose"]})

    analyse(claim_of(team))

    assert states(team) == [("U", "undecided"), ("D", "done"), ("D", "done")]
    assert groq.counts["chat"] == 2 + MAX_ATTEMPTS
    assert "cut off" in PullRequestAnalysis.objects.get(ai_class="U").llm_reason
    assert analysed_of(team).sentence == "2 of 3 analysed, 1 undecided."
    analyse(claim_of(team))
    assert groq.counts["chat"] == 2 + MAX_ATTEMPTS


def test_an_invalid_answer_is_asked_for_once_more(team, claim_of, pull_requests, groq):
    pull_requests(1)
    groq.change({"next": ["json"]})

    analyse(claim_of(team))

    assert states(team) == [("D", "done")]
    assert groq.counts["chat"] == 2


def test_a_short_limit_is_waited_out(team, claim_of, pull_requests, groq):
    pull_requests(2)
    groq.change({"next": ["429"]})

    analyse(claim_of(team))

    assert states(team) == [("D", "done")] * 2


def entered(claim, *, ago):
    """Let the log say that the team entered the claim's step so long ago."""
    return PipelineTransition.objects.create(
        team=claim.row,
        ticket=claim.ticket,
        run=claim.row.pipeline_run,
        verb="advance",
        source=Status.SYNCING,
        target=claim.status,
        at=timezone.now() - ago,
    )


def llm_progress(team):
    return Team.objects.get(pk=team.pk).background_llm_progress


def test_one_refused_round_of_calls_neither_ends_the_run_nor_counts_an_attempt(
    team, claim_of, pull_requests, groq, settings
):
    pull_requests(40)
    at_once = settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"]
    groq.change({"next": ["503"] * at_once})

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert analysed_of(team).analysed == 40
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()
    assert llm_progress(team) == 100


def test_failures_of_the_service_count_against_no_pull_request_even_between_answers(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    pull_requests(4)
    groq.change({"next": ["", "503", "", "503", "503", "", "503"]})

    analyse(claim_of(team))

    assert analysed_of(team).analysed == 4
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()


@pytest.mark.parametrize("fault", ["503", "500"])
def test_an_outage_is_waited_for_in_the_row_and_counts_no_attempt(
    team, claim_of, pull_requests, groq, fault
):
    pull_requests(1, body=FOOTER)
    pull_requests(30)
    groq.change({"faults": {fault: 1}})

    with pytest.raises(TransientError, match="not answer") as waiting:
        analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert (waiting.value.retry_after, waiting.value.counts) == (SHORTEST_WAIT, False)
    assert groq.counts["chat"] <= FAILURES_IN_A_ROW * 8
    assert states(team) == [("U", "pending")] * 30 + [("B", "pending")]
    assert not PullRequestAnalysis.objects.exclude(llm_attempts=0).exists()
    assert llm_progress(team) == 0
    groq.change({"faults": {}})
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    assert analysed_of(team).analysed == 31
    assert llm_progress(team) == 100


def test_waits_for_an_outage_grow_and_after_an_hour_phase_two_goes_on_without_the_rest(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    groq.change({"faults": {"503": 1}})
    waits = []

    for minutes in (1, 5, 50):
        claim = claim_of(team, Status.BACKGROUND_LLM)
        logged = entered(claim, ago=timedelta(minutes=minutes))
        with pytest.raises(TransientError) as waiting:
            analyse_older(claim)
        waits.append(waiting.value.retry_after)
        logged.delete()
    claim = claim_of(team, Status.BACKGROUND_LLM)
    entered(claim, ago=timedelta(hours=2))
    analyse_older(claim)

    assert SHORTEST_WAIT < waits[0] < waits[1] < waits[2] == LONGEST_WAIT
    assert "not answer" in analysed_of(team).reason
    assert analysed_of(team).pending == 3
    assert llm_progress(team) == 0


def test_an_outage_late_in_a_long_phase_two_is_waited_for_as_one_at_its_start(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    pull_requests(1)
    groq.change({"faults": {"503": 1}})
    claim = claim_of(team, Status.BACKGROUND_LLM)
    entered(claim, ago=timedelta(hours=9))

    with pytest.raises(TransientError):
        analyse_older(claim)

    LlmAnswer.objects.update(created_at=timezone.now() - timedelta(hours=2))
    analyse_older(claim)
    assert llm_progress(team) == 75


@pytest.mark.parametrize(("deadline", "waits"), [(SHORTEST_WAIT + 5, True), (10, False)])
def test_phase_one_waits_for_an_outage_within_its_deadline(
    team, claim_of, pull_requests, groq, settings, deadline, waits
):
    config = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = config | {"llm_deadline_seconds": deadline}
    pull_requests(3)
    groq.change({"faults": {"503": 1}})

    with pytest.raises(TransientError) if waits else nullcontext():
        analyse_recent(claim_of(team))

    assert analysed_of(team).pending == 3


def test_a_limit_per_day_leaves_the_rest_for_later_with_the_reason(
    team, claim_of, pull_requests, groq
):
    pull_requests(30)
    groq.change({"faults": {"429 long": 1}})

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert groq.counts["chat"] <= 8
    assert "limit" in analysed_of(team).reason
    assert "30 not analysed yet" in analysed_of(team).sentence
    assert llm_progress(team) == 0


def test_a_limit_that_does_not_end_is_waited_for_in_the_row_and_counts_no_attempt(
    team, claim_of, pull_requests, groq
):
    pull_requests(30)
    groq.change({"faults": {"429": 1}})

    with pytest.raises(TransientError, match="limit") as waiting:
        analyse_older(claim_of(team))

    assert (waiting.value.retry_after, waiting.value.counts) == (BUSY_WAIT, False)
    assert groq.counts["chat"] <= LIMITS_IN_A_ROW + 8
    assert analysed_of(team).pending == 30
    groq.change({"faults": {}})
    analyse_older(claim_of(team))
    assert analysed_of(team).analysed == 30


def test_phase_one_does_not_wait_beyond_its_deadline(team, claim_of, pull_requests, groq, settings):
    config = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = config | {"llm_deadline_seconds": BUSY_WAIT - 1}
    pull_requests(30)
    groq.change({"faults": {"429": 1}})

    analyse_recent(claim_of(team))

    assert analysed_of(team).pending == 30


def test_the_deadline_of_phase_one_counts_from_the_start_of_the_step_not_of_the_worker(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    claim = claim_of(team)
    logged = entered(claim, ago=timedelta(hours=1))

    analyse_recent(claim)

    assert groq.counts["chat"] == 0
    assert claim.seconds_in_step() > 3500
    logged.delete()
    assert claim.seconds_in_step() == 0


def test_a_key_that_is_refused_is_tried_once(team, claim_of, pull_requests, groq, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    settings.GROQ_API_KEY = "gsk_of_somebody_else"
    pull_requests(10)

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert groq.counts["answered 401"] == 1
    assert llm_progress(team) == 0
    assert "refuses the key" in analysed_of(team).reason


def test_an_address_where_nobody_listens_fails_nothing(team, claim_of, pull_requests, settings):
    settings.GROQ_API_KEY = "gsk_x"
    pull_requests(3)

    with pytest.raises(TransientError) as waiting:
        analyse(claim_of(team))

    assert waiting.value.counts is False

    assert states(team) == [("U", "pending")] * 3


def test_without_a_key_marks_decide_and_the_rest_is_not_analysed_yet(team, claim_of, pull_requests):
    pull_requests(1, body=FOOTER)
    pull_requests(2)

    analyse(claim_of(team))

    assert states(team) == [("U", "pending"), ("U", "pending"), ("B", "pending")]
    assert "3 not analysed yet" in analysed_of(team).sentence
    assert "GROQ_API_KEY" in analysed_of(team).sentence


def test_a_team_that_switched_the_model_off_is_judged_by_marks_and_nothing_is_sent(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=FOOTER)
    pull_requests(1)
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert states(team) == [("D", "off"), ("B", "off")]
    assert "switched off" in analysed_of(team).sentence


def test_the_switch_can_be_turned_either_way(team, claim_of, pull_requests, groq, settings):
    key, settings.GROQ_API_KEY = settings.GROQ_API_KEY, ""
    pull_requests(2)
    analyse(claim_of(team))
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)
    analyse(claim_of(team))
    assert states(team) == [("D", "off")] * 2
    Team.objects.filter(pk=team.pk).update(llm_enabled=True)
    settings.GROQ_API_KEY = key

    analyse(claim_of(team))

    assert states(team) == [("D", "done")] * 2


def test_phase_one_stops_at_its_deadline_newest_first_and_phase_two_reads_the_rest(
    team, claim_of, pull_requests, groq, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "llm_batch_size": 2,
        "llm_deadline_seconds": 0.5,
    }
    made = pull_requests(12)
    for age, pull_request in enumerate(made):
        PullRequest.objects.filter(pk=pull_request.pk).update(
            updated_at=timezone.now() - timedelta(days=age), fetched_at=timezone.now()
        )
    groq.change({"seconds": 0.2})

    analyse_recent(claim_of(team))

    done = PullRequestAnalysis.objects.filter(llm_state="done")
    assert 0 < done.count() < 12
    newest = [pull_request.pk for pull_request in made[: done.count()]]
    assert set(done.values_list("pull_request", flat=True)) == set(newest)
    assert "not analysed yet" in analysed_of(team).sentence
    groq.change({"seconds": 0})
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    assert analysed_of(team).analysed == 12
    assert Team.objects.get(pk=team.pk).background_llm_progress == 100


def test_a_pull_request_that_changes_is_judged_anew(team, claim_of, pull_requests, groq):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequest.objects.update(body="Mends the clock.", fetched_at=timezone.now())

    analyse(claim_of(team))

    assert states(team) == [("D", "done")]
    assert Evidence.objects.count() == 0
    assert LlmAnswer.objects.count() == 2


def test_a_new_label_is_read_without_asking_again(team, claim_of, pull_requests, groq):
    pull_requests(1, body="Mends the clock.")
    analyse(claim_of(team))
    PullRequest.objects.update(labels=["codex"], fetched_at=timezone.now())
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert states(team) == [("B", "done")]
    assert groq.counts["chat"] == 0


def test_newer_rules_judge_anew_and_keep_what_the_model_said(team, claim_of, pull_requests, groq):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.update(markers_version="older", ai_class="U")
    groq.change({"clear": True})

    analyse(claim_of(team))

    assert states(team) == [("C", "done")]
    assert Evidence.objects.get().kind == "quote"
    assert groq.counts["chat"] == 0


@pytest.fixture
def asked(team, claim_of, pull_requests):
    """A pull request that was marked and asked about; its answer is under way."""
    (pull_request,) = pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    analysis = PullRequestAnalysis.objects.get()
    text = texts_of(team, [pull_request.pk])[pull_request.pk]
    return Asked(pull_request.pk, analysis.input_hash, text, question_about(text))


def answer_to(asked, quote=DISCLOSURE):
    document = {
        "ai_disclosed": True, "quote": quote, "tool": "ChatGPT", "kind_of_change": "tests",
        "summary": "Drafts tests.", "risk": "low", "review_size": "small",
    }  # fmt: skip
    completion = Completion(document, "m", 10, 5)
    return completion, checked(asked, completion)


def test_an_answer_that_comes_twice_is_kept_once(team, asked):
    completion, found = answer_to(asked)

    for _ in range(2):
        keep(asked, found.answer, completion, model="m")
        settle(team, asked, found)

    assert LlmAnswer.objects.count() == 1
    assert states(team) == [("C", "done")]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("change", [{"body": "Mends the clock."}, {"labels": ["codex"]}])
def test_an_answer_that_comes_after_a_change_is_ignored(team, asked, change):
    _, found = answer_to(asked)
    PullRequest.objects.update(**change)

    assert settle(team, asked, found) is False
    assert count_failure(team, asked, "reason") is False
    assert states(team) == [("U", "pending")]


@pytest.mark.parametrize("missing", ["commits", "labels"])
def test_a_pull_request_that_was_not_read_to_its_end_is_undecided_with_the_reason(
    team, claim_of, pull_requests, groq, missing
):
    pull_requests(1, body="Mends the clock.", truncated=[missing, "files"])
    pull_requests(1, body="Mends the clock.", truncated=["reviews", "files"])
    pull_requests(1, body=FOOTER, truncated=[missing])

    analyse(claim_of(team))

    assert states(team) == [("B", "done"), ("D", "done"), ("U", "done")]
    assert PullRequestAnalysis.objects.get(ai_class="U").llm_reason == NOT_ALL_READ
    assert PullRequestAnalysis.objects.exclude(llm_reason="").count() == 1
    PullRequest.objects.update(truncated=[], fetched_at=timezone.now())
    groq.change({"clear": True})
    analyse(claim_of(team))
    assert states(team) == [("B", "done"), ("D", "done"), ("D", "done")]
    assert not PullRequestAnalysis.objects.exclude(llm_reason="").exists()
    assert groq.counts["chat"] == 0


def test_it_stays_so_whichever_way_the_switch_is_turned(
    team, claim_of, pull_requests, groq, settings
):
    key, settings.GROQ_API_KEY = settings.GROQ_API_KEY, ""
    pull_requests(1, truncated=["commits"])
    pull_requests(1)
    analyse(claim_of(team))
    Team.objects.filter(pk=team.pk).update(llm_enabled=False)

    analyse(claim_of(team))

    assert states(team) == [("D", "off"), ("U", "off")]
    assert PullRequestAnalysis.objects.get(ai_class="U").llm_reason == NOT_ALL_READ
    Team.objects.filter(pk=team.pk).update(llm_enabled=True)
    settings.GROQ_API_KEY = key
    analyse(claim_of(team))
    assert states(team) == [("D", "done"), ("U", "done")]


def test_everything_that_the_model_says_is_stored_and_kept_by_a_new_marking(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    PullRequest.objects.update(fetched_at=timezone.now())

    analyse(claim_of(team))

    analysis, said = PullRequestAnalysis.objects.get(), LlmAnswer.objects.get().answer
    for field in ("kind_of_change", "summary", "risk", "review_size"):
        assert getattr(analysis, field) == said[field] != ""


def test_a_verdict_says_how_many_invisible_characters_its_texts_hide(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, title="Fix\u200b it", body="Ignore\U000e0041 this\u202e")
    pull_requests(1)

    analyse(claim_of(team))

    hidden = PullRequestAnalysis.objects.order_by("-pull_request__pk")
    assert list(hidden.values_list("hidden_characters", flat=True)) == [0, 3]


def test_names_of_the_teams_own_repositories_are_not_sent(team, claim_of, pull_requests, groq):
    (made,) = pull_requests(1)
    name = made.repository.name_with_owner
    PullRequest.objects.update(body=f"Moves code to {name}.")

    analyse(claim_of(team))

    question = question_about(texts_of(team, [made.pk])[made.pk], repositories=[name])
    assert name not in question.document
    assert LlmAnswer.objects.get().input_hash == question.input_hash()


def test_a_stored_answer_that_newer_rules_refuse_is_asked_for_again(
    team, claim_of, pull_requests, groq
):
    pull_requests(1, body=DISCLOSURE)
    analyse(claim_of(team))
    answer = LlmAnswer.objects.get()
    LlmAnswer.objects.update(answer=answer.answer | {"quote": "Words that are not there, AI."})
    PullRequestAnalysis.objects.all().delete()

    analyse(claim_of(team))

    assert states(team) == [("C", "done")]


def test_the_step_is_a_handful_of_statements_for_many_pull_requests(
    team, claim_of, pull_requests, django_assert_max_num_queries
):
    for pull_request in pull_requests(60, body=FOOTER):
        CommitFactory(pull_request=pull_request, position=0)
    claim = claim_of(team)

    with django_assert_max_num_queries(25):
        analyse(claim)


def test_a_question_that_breaks_the_service_each_time_ends_undecided_and_holds_nobody_up(
    team, claim_of, pull_requests, groq
):
    pull_requests(3)
    analyse_older(claim_of(team))
    poison = pull_requests(1)[0]
    groq.change({"next": ["500"] * MAX_ATTEMPTS * FAILURES_IN_A_ROW})

    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(TransientError):
            analyse_older(claim_of(team))
    analyse_older(claim_of(team))

    verdict = PullRequestAnalysis.objects.get(pull_request=poison)
    assert (verdict.llm_state, verdict.llm_attempts) == ("undecided", MAX_ATTEMPTS)
    assert "whenever it is asked" in verdict.llm_reason


def test_an_outage_counts_against_nobody_while_others_wait(team, claim_of, pull_requests, groq):
    pull_requests(30)
    groq.change({"faults": {"500": 1}})

    with pytest.raises(TransientError):
        analyse_older(claim_of(team))

    assert not PullRequestAnalysis.objects.filter(llm_attempts__gt=0).exists()


def test_a_repository_that_was_taken_away_is_read_and_sent_no_more(
    team, claim_of, pull_requests, groq
):
    kept = pull_requests(2)
    away = TrackedRepositoryFactory(team=team, is_selected=False)
    PullRequestFactory(team=team, repository=away, author=PersonFactory(team=team))

    analyse(claim_of(team))

    assert groq.counts["chat"] == 2
    assert analysed_of(team).total == 2
    read = PullRequestAnalysis.objects.values_list("pull_request", flat=True)
    assert set(read) == {pull_request.pk for pull_request in kept}
