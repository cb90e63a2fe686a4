"""Marks are stored with the fetch they were read from, and computed while nobody waits for it."""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm import markers, marking
from apps.llm.computing import computed
from apps.llm.marking import BATCH, BATCH_CHARS, mark, stale
from apps.llm.models import PullRequestAnalysis
from apps.pipeline.claims import Claim
from tests.factories import CommitFactory

FOOTER = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"

pytestmark = pytest.mark.django_db


class Watched(Claim):
    """A claim that notes its batches and heartbeats."""

    notes: list[str]

    @classmethod
    def of(cls, claim):
        watched = cls(row=claim.row, ticket=claim.ticket, status=claim.status)
        object.__setattr__(watched, "notes", [])
        return watched

    @contextmanager
    def batch(self, **columns):
        self.notes.append("batch")
        with super().batch(**columns):
            yield
        self.notes.append("end")

    def heartbeat(self):
        self.notes.append("heartbeat")
        super().heartbeat()


def test_marks_are_looked_for_while_no_transaction_of_the_claim_is_open(
    team, claim_of, pull_requests, monkeypatch
):
    pull_requests(3, body=FOOTER)
    claim = Watched.of(claim_of(team))
    really_find = markers.find

    def find(text):
        claim.notes.append("find")
        return really_find(text)

    monkeypatch.setattr(markers, "find", find)

    mark(claim)

    assert claim.notes == ["find", "find", "find", "batch", "end"]
    assert PullRequestAnalysis.objects.filter(ai_class="B").count() == 3


def test_a_batch_is_bounded_by_rows_and_by_text(team, claim_of, pull_requests):
    pull_requests(BATCH + 1)
    claim = Watched.of(claim_of(team))
    mark(claim)
    assert claim.notes.count("batch") == 2
    (giant, *_) = pull_requests(3, body="words " * 10_000)
    for position in range(4):
        CommitFactory(pull_request=giant, position=position, message="x" * (BATCH_CHARS // 4))
    claim = Watched.of(claim_of(team))

    mark(claim)

    assert claim.notes.count("batch") == 2  # the giant, and the two others
    assert stale(team) == []


def test_work_of_many_seconds_shows_a_heartbeat(team, claim_of):
    claim = Watched.of(claim_of(team))

    assert computed(claim, lambda: time.sleep(5.5) or "done") == "done"

    assert claim.notes == ["heartbeat"]


@pytest.mark.parametrize("later_by", [timedelta(hours=-3), timedelta(microseconds=1)])
def test_any_other_fetch_makes_a_verdict_stale_whatever_the_workers_clocks_say(
    team, claim_of, pull_requests, later_by
):
    pull_requests(1, body=FOOTER, fetched_at=timezone.now())
    mark(claim_of(team))
    assert stale(team) == []
    was = PullRequest.objects.get().fetched_at
    PullRequest.objects.update(body="Mends the clock.", fetched_at=was + later_by)

    mark(claim_of(team))

    assert PullRequestAnalysis.objects.get().ai_class == "U"
    assert stale(team) == []


def test_a_clock_that_is_ahead_does_not_make_verdicts_stale_for_ever(team, claim_of, pull_requests):
    pull_requests(1, fetched_at=timezone.now() + timedelta(hours=1))

    mark(claim_of(team))

    assert stale(team) == []


def test_a_pull_request_that_is_fetched_while_it_is_marked_is_stale_and_one_that_is_gone_harms_not(
    team, claim_of, pull_requests, monkeypatch
):
    fetched, gone = pull_requests(2, body=FOOTER)
    claim = claim_of(team)
    readings = marking.read(claim, [fetched.pk, gone.pk])
    PullRequest.objects.filter(pk=fetched.pk).update(fetched_at=timezone.now())
    PullRequest.objects.filter(pk=gone.pk).delete()

    with claim.batch(progress=True):
        marking.store(team, readings)

    assert stale(team) == [fetched.pk]
