"""A text that is longer than what is sent is flagged, whichever way it was asked about (S-060)."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.marking import mark
from apps.llm.models import PullRequestAnalysis
from tests.llm.batches import looks

pytestmark = pytest.mark.django_db

LONG = "It mends the clock. " * 500


def cut():
    rows = PullRequestAnalysis.objects.order_by("pull_request")
    return list(rows.values_list("is_cut", flat=True))


def test_asked_live(team, claim_of, pull_requests, groq):
    pull_requests(1, body=LONG)
    pull_requests(1, body="Short.")

    analyse(claim_of(team))

    assert cut() == [True, False]


def test_asked_in_a_batch(team, claim_of, pull_requests, batched):
    pull_requests(1, body=LONG)
    pull_requests(1, body="Short.")

    looks(team, claim_of)

    assert batched.counts["chat"] == 0
    assert cut() == [True, False]


def test_a_shorter_text_is_not_flagged_any_more(team, claim_of, pull_requests, groq):
    pull_requests(1, body=LONG)
    analyse(claim_of(team))
    mark(claim_of(team))
    assert cut() == [True]

    PullRequest.objects.update(body="Short.", fetched_at=timezone.now())
    mark(claim_of(team))

    assert cut() == [False]
