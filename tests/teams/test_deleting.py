"""A team is deleted: nobody reaches it from then on, all its rows go, and a receipt counts them."""

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from apps.github.models import Connection, Person, PullRequestKey
from apps.metrics.models import Measurement
from apps.pipeline.claims import TicketLost, take
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import MoveRefused, move
from apps.pipeline.nightly import refresh_due
from apps.pipeline.recovery import recover
from apps.pipeline.refreshes import request_refresh
from apps.pipeline.rows import rows
from apps.teams import deleting
from apps.teams.deleting import _refers_to, delete_rows, delete_team, farewell, go_on, kinds
from apps.teams.founding import found_team
from apps.teams.models import Deletion, Membership, Team
from tests.factories import (
    ChangedFileFactory,
    CommitFactory,
    MembershipFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hinted(monkeypatch):
    """The deletions of which a worker was told."""
    told = []
    monkeypatch.setattr(deleting, "hint", lambda task, args: told.append(args[0]))
    return told


def full_team(**columns):
    """A team with a row of most kinds, and one member."""
    membership = MembershipFactory(**{f"team__{name}": value for name, value in columns.items()})
    team = membership.team
    repository = TrackedRepositoryFactory(team=team, github_id=7)
    for number in (1, 2, 3):
        row = PullRequestFactory(repository=repository, number=number, merged=True)
        ReviewFactory(pull_request=row)
        CommitFactory(pull_request=row)
        ChangedFileFactory(pull_request=row)
        PullRequestAnalysisFactory(pull_request=row)
        PullRequestKey.objects.create(
            repository=repository, node_id=row.node_id, number=number, updated_at=row.updated_at
        )
    main = PersonFactory(team=team, membership=membership)
    PersonFactory(team=team, same_as=main)
    Connection.objects.create(team=team, token="ghp_secret", viewer_login="mira")
    Measurement.objects.create(team=team, repository_ids=[repository.pk], computed_at=row.merged_at)
    return membership


def rows_in_all():
    """How many rows each model has, but for receipts and people."""
    return {
        model._meta.label: models.QuerySet(model).count()
        for model in apps.get_models()
        if model._meta.app_label in ("github", "llm", "metrics", "insights", "pipeline", "teams")
        and model is not Deletion
    }


def deleted(membership, hinted):
    deletion = delete_team(membership.team, user=membership.user)
    delete_rows(deletion.pk)
    deletion.refresh_from_db()
    return deletion


def test_all_of_its_rows_go_and_those_of_another_team_stay(hinted):
    full_team()
    before = rows_in_all()
    membership = full_team(onboarding_pipeline_status=Status.COMPLETE)

    deletion = deleted(membership, hinted)

    assert rows_in_all() == before
    assert deletion.done_at is not None
    assert deletion.counts["github.PullRequest"] == 3
    assert deletion.counts["github.Review"] == deletion.counts["github.PullRequestKey"] == 3
    assert deletion.counts["teams.Membership"] == deletion.counts["teams.Team"] == 1
    assert deletion.counts["pipeline.PipelineTransition"] == 1


def test_every_model_of_a_team_is_deleted_and_none_before_what_refers_to_it():
    order = list(kinds())

    of_a_team = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.many_to_one or (field.one_to_one and field.concrete)
        if field.related_model is Team and field.remote_field.on_delete is models.CASCADE
    }
    assert of_a_team - {model for model in of_a_team if model._meta.auto_created} <= set(order)
    for model in order:
        for other in order[order.index(model) + 1 :]:
            refers = set(_refers_to(other))
            assert model not in refers, f"{other} refers to {model}"


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.SYNCING, Status.COMPLETE, "failed"])
def test_nobody_reaches_it_from_the_first_moment(status, client, hinted):
    membership = full_team(onboarding_pipeline_status=status)
    team, client_of = membership.team, client
    client_of.force_login(membership.user)
    address = reverse("onboarding:status", args=[team.slug])

    delete_team(team, user=membership.user)

    assert client.get(address).status_code == 404
    assert not Team.objects.filter(pk=team.pk).exists()
    assert not Membership.objects.filter(team=team).exists()
    assert not membership.user.teams.exists()
    assert rows().get(pk=team.pk).onboarding_pipeline_status == Status.DELETING


def test_nothing_sets_it_going_again(hinted):
    membership = full_team(onboarding_pipeline_status=Status.COMPLETE)
    team = membership.team
    rows().filter(pk=team.pk).update(
        phase1_completed_at="2026-01-01T00:00:00Z",
        onboarding_pipeline_started_at="2026-01-01T00:00:00Z",
    )
    delete_team(team, user=membership.user)

    assert refresh_due() == []
    assert recover() == []
    assert not request_refresh(team.pk, actor="webhook", min_interval_seconds=0)
    for verb in ("start", "refresh", "restart", "retry", "cancel", "remove", "pause"):
        with pytest.raises(MoveRefused):
            move(team.pk, verb, actor="test")


def test_whatever_runs_for_it_ends_at_its_next_batch(hinted):
    membership = full_team(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    claim = take(team_id=membership.team.pk, ticket=1, status=Status.SYNCING)

    deletion = delete_team(membership.team, user=membership.user)

    with pytest.raises(TicketLost), claim.batch():
        pass
    delete_rows(deletion.pk)
    with pytest.raises(TicketLost), claim.batch():
        pass
    with pytest.raises(TicketLost):
        claim.heartbeat()


def test_two_who_delete_at_once_get_one_receipt(hinted):
    membership = full_team()
    delete_team(membership.team, user=membership.user)

    with pytest.raises(MoveRefused):
        delete_team(membership.team, user=membership.user)

    assert Deletion.objects.count() == 1


def test_its_address_is_free_at_once(hinted):
    membership = full_team(slug="lantern")
    delete_team(membership.team, user=membership.user)

    assert found_team(founder=membership.user, name="Lantern").slug == "lantern"


def test_it_goes_in_portions_and_the_receipt_says_how_far_it_is(monkeypatch, hinted):
    monkeypatch.setattr(deleting, "ROWS_AT_ONCE", 2)
    membership = full_team()
    deletion = delete_team(membership.team, user=membership.user)
    rounds = 0

    while not Deletion.objects.get(pk=deletion.pk).done_at:
        delete_rows(deletion.pk, seconds=0)  # one portion
        rounds += 1
        stored = Deletion.objects.get(pk=deletion.pk)
        left = Person.objects.filter(team=membership.team).count()
        assert stored.counts.get("github.Person", 0) + left == 8  # it says neither more nor less

    assert rounds > 8
    assert len(hinted) == rounds - 1  # each tells the next; before, on_commit has told nobody yet
    delete_rows(deletion.pk)  # a message too many
    assert Deletion.objects.get(pk=deletion.pk).counts["github.PullRequest"] == 3


def test_what_a_dead_worker_left_is_gone_on_with(hinted, django_capture_on_commit_callbacks):
    membership = full_team()
    with django_capture_on_commit_callbacks(execute=True):
        deletion = delete_team(membership.team, user=membership.user)
    assert hinted == [deletion.pk]

    go_on()
    assert hinted == [deletion.pk]  # its first rows went a moment ago: somebody is at it

    Deletion.objects.update(worked_at="2026-01-01T00:00:00Z")
    go_on()
    assert hinted == [deletion.pk] * 2
    delete_rows(deletion.pk)
    go_on()
    assert hinted == [deletion.pk] * 2


def test_whoever_is_outside_is_told_before_the_rows_go_and_a_hook_that_fails_harms_nothing(hinted):
    membership = full_team()
    seen = []

    def hook(*, team, **_arguments):
        seen.append(team.pull_requests.count())
        return "Slack: told."

    def broken(**_arguments):
        raise RuntimeError("no network")

    farewell.connect(hook)
    farewell.connect(broken)
    try:
        deletion = deleted(membership, hinted)
    finally:
        farewell.disconnect(hook)
        farewell.disconnect(broken)

    assert seen == [3]
    assert "Slack: told." in deletion.told
    assert "GitHub: the token of mira is forgotten here." in deletion.told
    assert "ghp_secret" not in deletion.told


def test_who_is_told_a_second_time_wipes_nothing_off_the_receipt(hinted):
    """Two workers at once: the first has let Slack go, the second finds no Slack."""
    membership = MembershipFactory()
    deletion = delete_team(membership.team, user=membership.user)
    team, answers = rows().get(pk=membership.team_id), ["Slack: told.", ""]

    def hook(**_arguments):
        return answers.pop(0)

    farewell.connect(hook)
    try:
        for _ in range(2):
            deleting._say_farewell(deletion, team)
    finally:
        farewell.disconnect(hook)

    deletion.refresh_from_db()
    assert deletion.told == "Slack: told."


def test_the_log_says_who_has_deleted_it(hinted):
    membership = full_team()
    delete_team(membership.team, user=membership.user)

    last = PipelineTransition.objects.get(team=membership.team)
    assert (last.verb, last.target, last.actor) == (
        "remove",
        Status.DELETING,
        membership.user.username,
    )
