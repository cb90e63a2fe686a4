"""Progress that nobody watches is one line a change; on a terminal it is a picture."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from apps.operations.display import display
from apps.operations.follow import Glance, RepositoryGlance, Stalled, follow, glance_at
from apps.pipeline.moves import move
from tests.factories import PullRequestAnalysisFactory, TeamFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def glance() -> Glance:
    team = TeamFactory()
    TrackedRepositoryFactory(
        team=team, name_with_owner="rockets/[engine]", sync_status="syncing", sync_prs_total=8
    )
    move(team.pk, "start", actor="ada")
    return glance_at(team.pk)


def shown(*glances: Glance, terminal: bool) -> str:
    out = io.StringIO()
    with display(Console(file=out, force_terminal=terminal, width=100)) as screen:
        for glance in glances:
            screen.show(glance)
    return out.getvalue()


def with_completed(glance: Glance, completed: int) -> Glance:
    repository: RepositoryGlance = replace(glance.repositories[0], completed=completed)
    return replace(glance, repositories=(repository,))


def test_a_log_gets_one_line_for_each_quarter(glance):
    steps = [with_completed(glance, completed) for completed in (0, 1, 2, 3, 4)]

    assert shown(*steps, terminal=False).splitlines() == [
        "Fetching members (0 %): 0 pull requests, 0 analysed",
        "  rockets/[engine]: syncing, 0 of 8",
        "  rockets/[engine]: syncing, 2 of 8",
        "  rockets/[engine]: syncing, 4 of 8",
    ]


def test_a_terminal_shows_each_repository_and_the_status(glance):
    text = shown(with_completed(glance, 4), terminal=True)

    assert "Fetching members" in text
    assert "rockets/[engine]" in text
    assert "4 of 8" in text


def test_what_failed_or_waits_is_said(glance):
    repository = replace(glance.repositories[0], status="failed", error="GitHub refused it.")
    standing = replace(glance.standing, waits_for="worker")
    text = shown(replace(glance, standing=standing, repositories=(repository,)), terminal=False)

    assert "failed, 0 of 8: GitHub refused it." in text
    assert "Waiting for a worker." in text


def test_counts_tell_analysed_from_undecided():
    analysis = PullRequestAnalysisFactory()
    PullRequestAnalysisFactory(
        pull_request__repository=analysis.pull_request.repository, llm_state="undecided"
    )

    found = glance_at(analysis.team.pk)

    assert (found.pull_requests, found.analysed, found.undecided) == (2, 1, 1)


def test_a_run_in_which_nothing_moves_is_given_up_with_a_reason():
    team = TeamFactory()
    move(team.pk, "start", actor="ada")

    with pytest.raises(Stalled, match="Nothing has moved for 0 seconds at “Fetching members”"):
        list(follow(team.pk, tend=lambda: None, patience=0.1))


def test_a_step_that_is_only_tried_again_does_not_move():
    team = TeamFactory()
    move(team.pk, "start", actor="ada")

    def try_again() -> None:
        wait = {"seconds": 0, "sentence": "Something went wrong.", "attempts": 0}
        move(team.pk, "postpone", actor="worker", arguments=wait)

    with pytest.raises(Stalled, match="Something went wrong"):
        list(follow(team.pk, tend=try_again, patience=0.5))


def test_following_ends_with_the_run():
    team = TeamFactory()
    move(team.pk, "start", actor="ada")
    looks = iter(range(3))

    def end_at_last() -> None:
        if next(looks, None) is None:
            move(team.pk, "cancel", actor="ada")

    seen = [each.status for each in follow(team.pk, tend=end_at_last, patience=5)]

    assert seen == ["syncing_members", "failed"]
