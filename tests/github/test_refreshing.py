"""A complete team is brought up to date: by the real steps, with a handful of requests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.github.models import Connection, Person, PullRequest, PullRequestKey
from apps.metrics.models import TeamWeek
from apps.notifications.tasks import deliver_due
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.nightly import refresh_due
from apps.pipeline.refreshes import WEBHOOK
from apps.teams.models import TWO_PHASE_FLAG, Flag, Team
from tests.factories import MembershipFactory
from tests.github.fakes import DETAILS, KEYS, NOW, pull_request, user
from tests.github.faults import bad_gateway
from tests.github.running import track

pytestmark = pytest.mark.django_db

BY_AN_AGENT = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def pull_request_of(number: int, *, days: float) -> dict[str, object]:
    """As `pull_request`, but by today's clock, by which runs begin."""
    return pull_request(number, days_old=(NOW - days_ago(days)) / timedelta(days=1))


def steps_of(team: Team) -> Iterator[Status]:
    """Do the work of each status, as the workers do; yields before each."""
    while True:
        team.refresh_from_db()
        status = Status(team.onboarding_pipeline_status)
        if status not in STEPS:
            return
        yield status
        import_string(STEPS[status].task)(team_id=team.pk, ticket=team.pipeline_ticket)


@pytest.fixture(params=[True, False], ids=["two-phases", "one-phase"])
def complete_team(github, team, request) -> Team:
    """Two repositories with forty pull requests, read to the end and announced."""
    Flag.objects.create(name=TWO_PHASE_FLAG, everyone=request.param)
    MembershipFactory(team=team, user__email="mira@example.org")
    for name, first in (("acme/web", 1), ("acme/api", 101)):
        prs = [pull_request_of(n, days=2 + 3 * (n - first)) for n in range(first, first + 20)]
        track(team, github.add_repository(name, *prs))
    move(team.pk, "start", actor="mira")
    assert len(list(steps_of(team))) == (10 if request.param else 5)
    assert team.onboarding_pipeline_status == Status.COMPLETE
    deliver_due()
    assert len(mail.outbox) == (2 if request.param else 1)  # ready and, after phase 2, complete
    mail.outbox.clear()
    github.asked.clear()
    return team


def test_an_update_asks_for_what_has_changed_and_for_nothing_else(github, complete_team, client):
    team, before = complete_team, complete_team.onboarding_pipeline_completed_at
    client.force_login(team.people.get())
    github.touch("acme/web", 3, days_ago(0), body=BY_AN_AGENT)
    github.pull_requests["R_acme/api"].append({**pull_request_of(121, days=0.1), "id": "PR_121"})
    github.members.append(user("carla"))

    move(team.pk, "refresh", actor="mira")
    for _ in steps_of(team):
        assert client.get(reverse("dashboard:overview", args=[team.slug])).status_code == 200
        assert client.get(reverse("onboarding:status", args=[team.slug])).status_code == 200
    deliver_due()

    assert team.onboarding_pipeline_status == Status.COMPLETE, team.onboarding_pipeline_error
    assert team.onboarding_pipeline_completed_at > before
    assert sorted(name for name, _ in github.asked) == sorted(
        ["Members", "Members", "RepositoriesById", KEYS, KEYS, DETAILS]  # members: two pages
    )
    (details,) = (variables for name, variables in github.asked if name == DETAILS)
    assert set(details["ids"]) == {"PR_3@acme/web", "PR_121"}
    changed = PullRequest.objects.get(team=team, number=3)
    assert changed.analysis.marked_fetched_at == changed.fetched_at
    assert changed.analysis.evidence.exists()
    assert PullRequest.objects.get(team=team, number=121).analysis
    assert merged(team) == PullRequest.objects.filter(team=team).count() == 41
    assert Person.objects.get(team=team, login="carla").is_member
    assert not mail.outbox


def merged(team: Team) -> int:
    return sum(TeamWeek.objects.filter(team=team).values_list("merged", flat=True))


def told_of(team: Team, number: int) -> None:
    """As a webhook's delivery marks it."""
    keys = PullRequestKey.objects.filter(repository__team=team, number=number)
    keys.update(updated_at=days_ago(0), state=PullRequestKey.State.PENDING)


def test_an_update_that_github_asked_for_reads_only_what_it_told_of(github, complete_team):
    """Five hundred repositories are not listed again because of one comment."""
    team = complete_team
    github.touch("acme/web", 3, days_ago(0), title="Told")
    told_of(team, 3)

    move(team.pk, "refresh", actor=WEBHOOK)
    list(steps_of(team))

    assert team.onboarding_pipeline_status == Status.COMPLETE
    assert team.pull_requests.get(number=3).title == "Told"
    assert sorted(name for name, _ in github.asked) == sorted(
        ["RepositoriesById", "RepositoriesById", KEYS, DETAILS]
    )


def test_an_update_that_github_asked_for_sees_a_repository_go_and_come_back(github, complete_team):
    team = complete_team
    kept = github.repositories.pop("R_acme/api")

    move(team.pk, "refresh", actor=WEBHOOK)
    list(steps_of(team))

    api = team.repositories.get(name_with_owner="acme/api")
    assert team.onboarding_pipeline_status == Status.COMPLETE
    assert api.sync_status == "failed"
    assert "No longer accessible" in api.sync_error
    github.repositories["R_acme/api"] = kept

    move(team.pk, "refresh", actor=WEBHOOK)
    list(steps_of(team))

    api.refresh_from_db()
    assert api.sync_status == "completed"


def test_an_update_that_github_asked_for_by_mistake_asks_for_the_repositories_only(
    github, complete_team
):
    move(complete_team.pk, "refresh", actor=WEBHOOK)
    list(steps_of(complete_team))

    assert complete_team.onboarding_pipeline_status == Status.COMPLETE
    assert [name for name, _ in github.asked] == ["RepositoriesById"]


def test_members_that_cannot_be_listed_stop_no_update(github, complete_team):
    team = complete_team
    github.members.clear()
    github.faults.append(lambda name, _: bad_gateway() if name == "Members" else None)

    move(team.pk, "refresh", actor="mira")
    statuses = list(steps_of(team))

    assert statuses == [status for status, step in STEPS.items() if step.phase == 2]
    assert team.onboarding_pipeline_status == Status.COMPLETE
    assert set(
        Person.objects.filter(team=team, is_member=True).values_list("login", flat=True)
    ) == {"ada", "bert"}


@pytest.mark.parametrize("kind", Connection.Kind)
def test_a_connection_that_is_gone_fails_once_a_night_and_the_numbers_stay(
    github, complete_team, kind, client, monkeypatch, settings
):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    team, tomorrow = complete_team, timezone.now() + timedelta(days=1)
    before = list(TeamWeek.objects.filter(team=team).values_list("week_start", "merged"))
    Connection.objects.filter(team=team).update(kind=kind, token="", closed_because="Revoked.")
    client.force_login(team.people.get())

    for night in (1, 2):
        assert refresh_due(tomorrow) == [team.pk]
        list(steps_of(team))
        assert team.onboarding_pipeline_status == Status.FAILED
        assert PipelineTransition.objects.filter(team=team, verb="fail").count() == night

    shown = client.get(reverse("dashboard:overview", args=[team.slug])).text
    assert "The numbers are as of" in shown
    assert team.onboarding_pipeline_error in shown
    assert before == list(TeamWeek.objects.filter(team=team).values_list("week_start", "merged"))
