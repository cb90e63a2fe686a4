"""A run goes on where the last one stopped, and no answer is paid twice."""

import pytest

from apps.llm import asking
from apps.llm.analyse import analyse
from apps.llm.models import Evidence, LlmAnswer, PullRequestAnalysis
from apps.pipeline.claims import TicketLost
from apps.pipeline.rows import rows
from tests.llm.looking import DISCLOSURE, states

pytestmark = pytest.mark.django_db


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
    team, claim_of, pull_requests, groq, settings, monkeypatch
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_size": 1}
    monkeypatch.setattr(asking, "GROUP", 1)
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


def test_a_worker_that_lost_its_ticket_lets_those_in_line_go_unpaid(
    team, claim_of, pull_requests, groq, monkeypatch
):
    monkeypatch.setattr(asking, "GROUP", 1)
    pull_requests(12)
    groq.change({"seconds": 0.3, "next": ["429"]})  # after which few go at once
    lost = claim_of(team)

    class Stolen(type(lost)):
        def batch(self, **columns):
            if groq.counts["chat"]:
                rows().filter(pk=team.pk).update(pipeline_ticket=self.ticket + 1)
            return super().batch(**columns)

    with pytest.raises(TicketLost):
        analyse(Stolen(row=lost.row, ticket=lost.ticket, status=lost.status))

    assert groq.counts["chat"] <= 4


def test_a_worker_that_dies_loses_no_more_than_a_group_and_what_was_in_flight(
    team, claim_of, pull_requests, groq, settings, monkeypatch
):
    monkeypatch.setattr(asking, "GROUP", 4)
    pull_requests(40)
    dying = claim_of(team)

    class Dying(type(dying)):
        def batch(self, **columns):
            if LlmAnswer.objects.count() >= 12:
                raise MemoryError
            return super().batch(**columns)

    with pytest.raises(MemoryError):
        analyse(Dying(row=dying.row, ticket=dying.ticket, status=dying.status))
    stored, paid = LlmAnswer.objects.count(), groq.counts["chat"]
    assert PullRequestAnalysis.objects.filter(llm_state="done").count() == stored
    assert paid - stored <= 4 + settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"]
    analyse(claim_of(team))

    assert LlmAnswer.objects.count() == 40
    assert groq.counts["chat"] == 40 + paid - stored
