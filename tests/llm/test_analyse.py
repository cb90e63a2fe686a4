"""Marks for all, the model for whom it can, and all that either says is stored."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.marking import texts_of
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.prompts import question_about
from tests.factories import (
    CommitFactory,
    PersonFactory,
    PullRequestFactory,
    TrackedRepositoryFactory,
)
from tests.llm.looking import DISCLOSURE, FOOTER, states

pytestmark = pytest.mark.django_db


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


def test_the_step_is_a_handful_of_statements_for_many_pull_requests(
    team, claim_of, pull_requests, django_assert_max_num_queries
):
    for pull_request in pull_requests(60, body=FOOTER):
        CommitFactory(pull_request=pull_request, position=0)
    claim = claim_of(team)

    with django_assert_max_num_queries(25):
        analyse(claim)


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
