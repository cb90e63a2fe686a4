"""A ticket is taken at most once, ever, and every write of its worker is fenced by it."""

import pytest

from apps.pipeline.claims import Claim, TicketLost, take
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def syncing(**columns: object) -> Team:
    columns = {"pipeline_ticket": 5, "pipeline_claimed": 4} | columns
    return TeamFactory(onboarding_pipeline_status=Status.SYNCING, **columns)


def claim_of(team: Team, ticket: int = 5) -> Claim:
    claim = take(team_id=team.pk, ticket=ticket, status=Status.SYNCING, task_id="t")
    assert claim is not None
    return claim


def test_a_ticket_is_taken_once():
    team = syncing()

    first = take(team_id=team.pk, ticket=5, status=Status.SYNCING)
    second = take(team_id=team.pk, ticket=5, status=Status.SYNCING)

    assert first is not None
    assert first.row.pk == team.pk
    assert second is None


@pytest.mark.parametrize(
    ("ticket", "status"), [(4, Status.SYNCING), (6, Status.SYNCING), (5, Status.LLM_PROCESSING)]
)
def test_an_old_a_future_and_a_wrong_ticket_are_refused(ticket, status):
    team = syncing()

    assert take(team_id=team.pk, ticket=ticket, status=status) is None
    assert Team.objects.get(pk=team.pk).pipeline_attempts == 0


def test_a_paused_team_gives_no_claim():
    team = syncing(pipeline_paused=True)

    assert take(team_id=team.pk, ticket=5, status=Status.SYNCING) is None


def test_a_deleted_team_gives_no_claim():
    assert take(team_id=12345, ticket=1, status=Status.SYNCING) is None


def test_taking_counts_an_attempt_and_starts_the_heartbeat():
    team = syncing(pipeline_attempts=1)

    claim_of(team)

    stored = Team.objects.get(pk=team.pk)
    assert stored.pipeline_attempts == 2
    assert stored.pipeline_heartbeat_at is not None


def test_a_batch_of_progress_forgives_the_attempts_and_the_old_trouble():
    team = syncing(pipeline_attempts=3, onboarding_pipeline_error="GitHub did not answer.")
    claim = claim_of(team)

    with claim.batch(progress=True, background_sync_progress=40):
        pass

    stored = Team.objects.get(pk=team.pk)
    assert (stored.pipeline_attempts, stored.onboarding_pipeline_error) == (0, "")
    assert stored.background_sync_progress == 40


def test_a_batch_without_progress_forgives_nothing():
    team = syncing(pipeline_attempts=3)
    claim = claim_of(team)

    with claim.batch():
        pass

    assert Team.objects.get(pk=team.pk).pipeline_attempts == 4


def test_a_stale_worker_writes_nothing():
    team = syncing()
    claim = claim_of(team)
    Team.objects.get(pk=team.pk).save(update_fields=[STATUS])  # recovery has sent it again

    with pytest.raises(TicketLost), claim.batch():
        Team.objects.filter(pk=team.pk).update(name="Written by a stale worker")
    with pytest.raises(TicketLost):
        claim.heartbeat()

    assert Team.objects.get(pk=team.pk).name != "Written by a stale worker"


def test_a_batch_costs_one_statement_more_than_its_work(django_assert_num_queries):
    claim = claim_of(syncing())

    with django_assert_num_queries(3), claim.batch():  # SAVEPOINT, UPDATE, RELEASE
        pass
