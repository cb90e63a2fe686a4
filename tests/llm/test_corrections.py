"""A person's word counts before rules and model, is kept, and two people come one by one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.llm.corrections import Done, Refused, ask_again, correct, standing, withdraw
from apps.llm.models import Correction, Evidence, PastVerdict, PullRequestAnalysis
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, PullRequestAnalysisFactory, TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(team):
    return MembershipFactory(team=team, user__username="ada").user


@pytest.fixture
def pull_request(pull_requests):
    return pull_requests(1)[0]


@pytest.fixture
def analysis(pull_request):
    return PullRequestAnalysisFactory(pull_request=pull_request, ai_class="D")


def now(analysis):
    return PullRequestAnalysis.objects.get(pk=analysis.pk)


def said(team, pull_request, user, *, is_ai_assisted=True, **more):
    return correct(team, pull_request.pk, is_ai_assisted=is_ai_assisted, user=user, **more)


def mark(analysis, strength="declared", kind="trailer"):
    return Evidence.objects.create(
        analysis=analysis, kind=kind, place="body", tool="claude", quote="So", strength=strength
    )


def test_a_word_counts_at_once_and_the_verdict_before_is_kept(team, pull_request, analysis, user):
    done = said(team, pull_request, user, tools=["cursor", "claude"], note=" Pair programming ")

    assert done == Done(changed=True, refreshing=False)
    row = now(analysis)
    assert (row.ai_class, row.tools, row.is_corrected) == ("B", ["claude", "cursor"], True)
    word = standing(team, [pull_request.pk])[pull_request.pk]
    assert (word.said_by, word.user, word.note) == ("ada", user, "Pair programming")
    past = PastVerdict.objects.get()
    assert (past.ai_class, past.tools, past.is_corrected) == ("D", [], False)


def test_no_ai_is_no_sign_and_names_no_tools(team, pull_request, analysis, user):
    mark(analysis, "agent")

    said(team, pull_request, user, is_ai_assisted=False, tools=["claude"])

    row = now(analysis)
    assert (row.ai_class, row.tools, row.is_corrected) == ("D", [], True)
    assert Correction.objects.get().tools == []
    assert row.evidence.count() == 1


def test_taken_back_the_evidence_decides_again(team, pull_request, analysis, user):
    mark(analysis)
    said(team, pull_request, user, is_ai_assisted=False)

    assert withdraw(team, pull_request.pk, user=user).changed
    assert not withdraw(team, pull_request.pk, user=user).changed

    row = now(analysis)
    assert (row.ai_class, row.tools, row.is_corrected) == ("B", ["claude"], False)
    assert standing(team, [pull_request.pk]) == {}
    word = Correction.objects.get()
    assert word.withdrawn_at
    assert word.withdrawn_by == user.get_username()
    assert [past.is_corrected for past in row.past_verdicts.all()] == [True, False]


def test_another_persons_word_takes_the_place_of_the_first(team, pull_request, analysis, user):
    other = MembershipFactory(team=team, user__username="ben").user
    said(team, pull_request, user)

    said(team, pull_request, other, is_ai_assisted=False)

    assert now(analysis).ai_class == "D"
    assert standing(team, [pull_request.pk])[pull_request.pk].said_by == "ben"
    assert [word.withdrawn_by for word in Correction.objects.all()] == ["", "ben"]


def test_a_form_that_is_sent_twice_says_it_once(team, pull_request, analysis, user):
    said(team, pull_request, user, tools=["claude"])

    assert not said(team, pull_request, user, tools=["claude", "claude"]).changed

    assert Correction.objects.count() == PastVerdict.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_come_one_by_one(team, pull_request, analysis):
    people = [MembershipFactory(team=team).user for _ in range(4)]
    meeting = threading.Barrier(len(people))

    def speak(person):
        meeting.wait(timeout=30)
        try:
            return said(team, pull_request, person, is_ai_assisted=person.pk % 2 == 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        assert all(done.changed for done in pool.map(speak, people))

    assert Correction.objects.count() == 4
    word = Correction.objects.get(withdrawn_at=None)
    assert now(analysis).ai_class == ("B" if word.is_ai_assisted else "D")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"tools": ["claude", "<script>"]}, "One of these tools is not known here."),
        ({"note": "n" * 501}, "A note has at most 500 characters."),
    ],
)
def test_other_tools_and_long_notes_are_refused(team, pull_request, analysis, user, more, sentence):
    with pytest.raises(Refused, match=sentence):
        said(team, pull_request, user, **more)

    assert not Correction.objects.exists()


def test_an_unnamed_tool_is_none(team, pull_request, analysis, user):
    said(team, pull_request, user, tools=["ai"])

    assert Correction.objects.get().tools == []
    assert now(analysis).tools == ["ai"]


def test_another_teams_pull_request_is_out_of_reach(team, pull_request, analysis, user):
    foreign = TeamFactory()
    act = {"is_ai_assisted": True, "user": user}

    with pytest.raises(Refused):
        correct(foreign, pull_request.pk, **act)
    with pytest.raises(Refused):
        withdraw(foreign, pull_request.pk, user=user)
    with pytest.raises(Refused):
        ask_again(foreign, pull_request.pk, user=user)

    said(team, pull_request, user)
    assert standing(foreign, [pull_request.pk]) == {}


def test_one_statement_finds_the_words_that_stand(team, pull_requests, django_assert_num_queries):
    ids = [pull_request.pk for pull_request in pull_requests(20)]

    with django_assert_num_queries(1):
        assert standing(team, ids) == {}


def test_asked_again_it_is_pending_and_keeps_what_was_said(team, pull_request, analysis, user):
    quote = mark(analysis, "suspected", kind="quote")
    PullRequestAnalysis.objects.filter(pk=analysis.pk).update(
        ai_class="C", tools=["claude"], summary="Adds it", llm_attempts=2
    )

    assert ask_again(team, pull_request.pk, user=user).changed
    assert not ask_again(team, pull_request.pk, user=user).changed

    row = now(analysis)
    assert (row.llm_state, row.llm_attempts, row.reruns) == ("pending", 0, 1)
    assert (row.ai_class, row.summary) == ("C", "Adds it")
    assert row.evidence.get() == quote


def test_asked_again_no_sign_is_open_until_the_answer(team, pull_request, analysis, user):
    ask_again(team, pull_request.pk, user=user)

    assert now(analysis).ai_class == "U"
    assert PastVerdict.objects.get().ai_class == "D"


def test_where_the_model_is_switched_off_nobody_asks_it_again(team, pull_request, analysis, user):
    team.llm_enabled = False

    with pytest.raises(Refused, match="switched off"):
        ask_again(team, pull_request.pk, user=user)


def test_what_is_not_read_any_more_is_not_asked_again(team, pull_request, analysis, user):
    team.repositories.update(is_selected=False)

    with pytest.raises(Refused, match="Nothing of its repository is read any more"):
        ask_again(team, pull_request.pk, user=user)

    assert said(team, pull_request, user).changed  # its weeks may still be in the numbers


def at_rest(team, **columns):
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.COMPLETE,
        phase1_completed_at=timezone.now(),
        **columns,
    )


def test_a_word_begins_an_update_unless_the_last_one_has_just_begun(
    team, pull_request, analysis, user
):
    at_rest(team, onboarding_pipeline_started_at=timezone.now() - timedelta(days=1))

    assert said(team, pull_request, user).refreshing

    at_rest(team)
    assert not withdraw(team, pull_request.pk, user=user).refreshing


def test_asking_again_begins_an_update_at_once_or_is_read_by_the_one_under_way(
    team, pull_request, analysis, user
):
    at_rest(team, onboarding_pipeline_started_at=timezone.now())

    assert ask_again(team, pull_request.pk, user=user).refreshing

    PullRequestAnalysis.objects.update(llm_state="done")
    assert ask_again(team, pull_request.pk, user=user) == Done(changed=True, refreshing=False)
