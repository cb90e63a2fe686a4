"""The mail's numbers are the dashboard's, and nothing in it can begin a header or a tag."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.llm.models import PullRequestAnalysis
from apps.metrics.headline import headline
from apps.metrics.measure import measure
from apps.metrics.wording import in_words
from apps.notifications.mails import Mail, mail_of
from apps.notifications.messages import KINDS, READY
from apps.notifications.said import Occasion
from apps.notifications.saying.ready import ready_says
from tests.claims import claim
from tests.factories import (
    CommitFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def team(settings):
    """24 merged pull requests; 16 reviewed, 6 with declared AI."""
    settings.PUBLIC_URL = "https://mergelight.test/"
    repository = TrackedRepositoryFactory(
        sync_status="completed", last_synced_at=NOW, team__name="Rocket <b>crew</b>"
    )
    for n in range(24):
        change = PullRequestFactory(
            repository=repository, merged=True, created_at=NOW - timedelta(days=n, hours=5)
        )
        CommitFactory(pull_request=change, authored_at=change.created_at - timedelta(hours=n))
        ai_class = PullRequestAnalysis.AiClass.DECLARED if n < 6 else "D"
        PullRequestAnalysisFactory(pull_request=change, ai_class=ai_class)
        if n < 16:
            ReviewFactory(pull_request=change)
    measured(repository.team)
    return repository.team


STOP = "https://mergelight.test/messages/stop/x/"


def ready(team, *, now) -> Mail:
    return mail_of(ready_says(team, now=now), READY, stop_url=STOP)


def measured(team):
    measure(claim(team), since=NOW - timedelta(days=90), now=NOW)


def test_the_numbers_of_the_mail_are_the_headline_s(team):
    top = headline(team, now=NOW)

    said = {line.label: line.value for line in ready_says(team, now=NOW).lines}

    assert said == {
        "Merged pull requests": "24",
        "Median cycle time": in_words(top.cycle_time),
        "Median wait for the first review": "30 min",
        "Reviewed by a person": "16 of 24 (67 %)",
        "AI-assisted": "6 of 24 (25 %)",
    }
    message = ready(team, now=NOW)
    for value in said.values():
        assert value in message.text
        assert value in message.html.replace("\u00a0", " ")
    assert "from 1 of 1 repositories" in message.text


def test_a_mail_about_a_half_analysed_team_says_at_least(team):
    PullRequestAnalysis.objects.filter(ai_class="D").update(ai_class="U")
    measured(team)

    message = ready(team, now=NOW)

    assert "AI-assisted: at least 6 of 24 (18 not analysed yet)" in message.text
    assert "at least 6 of 24</strong><br><small>18 not analysed yet</small>" in message.html


def test_a_mail_without_any_analysis_says_so_and_not_zero(team):
    PullRequestAnalysis.objects.update(ai_class="U")
    measured(team)

    assert "AI-assisted: – (24 not analysed yet)" in ready(team, now=NOW).text


def test_the_link_leads_to_the_team_s_dashboard_from_outside(team):
    message = ready(team, now=NOW)

    address = f"https://mergelight.test/teams/{team.slug}/"
    assert address in message.text
    assert f'href="{address}"' in message.html


def test_the_text_is_plain_and_the_page_is_escaped(team):
    message = ready(team, now=NOW)

    assert "Rocket <b>crew</b>" in message.text
    assert "<b>crew" not in message.html
    assert "Rocket &lt;b&gt;crew&lt;/b&gt;" in message.html


def test_a_team_s_name_cannot_begin_another_header():
    team = TeamFactory(name="Crew\r\nBcc: everybody@example.org")

    message = ready(team, now=NOW)

    assert message.subject == "The dashboard of Crew Bcc: everybody@example.org is ready"


def test_a_team_without_pull_requests_is_told_so_and_not_zero_hours():
    message = ready(TeamFactory(), now=NOW)

    assert "Merged pull requests: 0" in message.text
    assert "Median cycle time: –" in message.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_writes_a_mail_of_one_look_with_the_way_out(team, kind):
    message = mail_of(KINDS[kind].says(Occasion(team, NOW)), kind, stop_url=STOP)

    assert message.subject
    assert message.html.startswith("<!doctype html>")
    for part in (message.text, message.html):
        assert STOP in part
        assert "https://mergelight.test/account/messages/" in part
        assert KINDS[kind].label in part
        assert "{" not in part.replace("{ color-scheme", "").split("</style>")[-1]
