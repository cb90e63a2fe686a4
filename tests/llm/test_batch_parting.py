"""A team is deleted: so is what Groq has of it in batches, and the receipt says whether."""

import pytest

from apps.llm.batching.parting import GONE, LEFT
from apps.teams.deleting import delete_rows, delete_team
from apps.teams.models import Deletion
from tests.factories import MembershipFactory
from tests.llm.batches import files_at, look, looks


@pytest.fixture
def receipt(team):
    """`receipt()` deletes the team, and gives what the receipt says."""

    def delete():
        team.refresh_from_db()
        deletion = delete_team(team, user=MembershipFactory(team=team).user)
        delete_rows(deletion.pk)
        return Deletion.objects.get(pk=deletion.pk).told

    return delete


def test_files_of_a_batch_that_is_not_read_yet_are_deleted(
    team, claim_of, pull_requests, batched, sandbox, receipt
):
    files = files_at(sandbox)
    pull_requests(2)
    look(team, claim_of)
    assert len(files_at(sandbox)) > len(files)

    assert receipt() == GONE

    assert files_at(sandbox) == files


def test_a_groq_that_keeps_them_is_told_of(team, claim_of, pull_requests, batched, receipt):
    pull_requests(2)
    look(team, claim_of)
    batched.change({"batches": {"keeps": True}})

    assert receipt() == LEFT


def test_without_batches_nothing_is_said(team, claim_of, pull_requests, batched, receipt):
    pull_requests(2)
    looks(team, claim_of)

    assert receipt() == ""
