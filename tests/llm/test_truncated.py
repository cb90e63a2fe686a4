"""What was not read to its end shows no absence of AI: it is undecided, with the reason."""

import pytest
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm.analyse import analyse
from apps.llm.models import PullRequestAnalysis
from apps.llm.verdict import NOT_ALL_READ
from apps.teams.models import Team
from tests.llm.looking import FOOTER, states

pytestmark = pytest.mark.django_db


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
