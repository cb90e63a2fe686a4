"""Repositories are added to what a team reads, and taken away, at rest and during a run."""

from datetime import timedelta

import pytest

from apps.github.api.facts import Repository
from apps.github.choosing.selection import add_found, take_away
from apps.github.models import TrackedRepository
from apps.github.own_accounts import Refused
from apps.github.webhooks.touched import ask_for_refreshes
from apps.metrics import own_rules
from apps.metrics.models import Measurement, PullRequestFlow, TeamWeek
from apps.metrics.remeasure import outdated, remeasure
from apps.pipeline.log import who_began
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.refreshes import WEBHOOK
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import MembershipFactory
from tests.github.running import track
from tests.github.test_refreshing import days_ago, pull_request_of, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_team(github, team) -> Team:
    """A repository with a pull request of each of the last four months is read; 90 days of it."""
    MembershipFactory(team=team)
    track(team, github.add_repository("acme/web", *monthly(1)))
    move(team.pk, "start", actor="mira")
    list(steps_of(team))
    assert team.onboarding_pipeline_status == Status.COMPLETE, team.onboarding_pipeline_error
    github.asked.clear()
    return team


def monthly(first):
    return [pull_request_of(first + month, days=10 + 30 * month) for month in range(4)]


def found(github, name, first):
    """Another repository, as GitHub has just described it."""
    node_id = github.add_repository(name, *monthly(first))
    return Repository(
        node_id=node_id,
        github_id=first,
        name_with_owner=name,
        default_branch="main",
        is_private=False,
        is_archived=False,
        is_fork=False,
        is_disabled=False,
        pushed_at=days_ago(1),
    )


def numbers(team):
    return set(team.pull_requests.values_list("number", flat=True))


def merged(team):
    return sum(TeamWeek.objects.filter(team=team).values_list("merged", flat=True))


def test_an_update_reads_all_of_the_history_of_what_was_added_and_counts_it(github, read_team):
    assert numbers(read_team) == {1, 2, 3}
    add_found(read_team, [found(github, "acme/api", 101)])

    move(read_team.pk, "refresh", actor="mira")
    list(steps_of(read_team))

    assert read_team.onboarding_pipeline_status == Status.COMPLETE
    assert numbers(read_team) == {1, 2, 3, 101, 102, 103}
    assert merged(read_team) == 6
    assert len(Measurement.objects.get(team=read_team).repository_ids) == 2


def test_what_is_added_while_a_run_is_past_reading_is_read_soon_after_it(github, read_team):
    move(read_team.pk, "refresh", actor="nightly")
    for status in steps_of(read_team):
        if status == Status.BACKGROUND_LLM:
            rows().filter(pk=read_team.pk).update(onboarding_pipeline_started_at=days_ago(0.02))
            add_found(read_team, [found(github, "acme/api", 101)])
    assert numbers(read_team) == {1, 2, 3}

    ask_for_refreshes()
    list(steps_of(read_team))

    assert numbers(read_team) == {1, 2, 3, 101, 102, 103}
    assert who_began(read_team.pk, read_team.pipeline_run) == WEBHOOK
    run = read_team.pipeline_run
    ask_for_refreshes()
    read_team.refresh_from_db()
    assert read_team.pipeline_run == run


def test_an_update_for_a_webhook_reads_what_was_added_as_well(github, read_team):
    add_found(read_team, [found(github, "acme/api", 101)])

    move(read_team.pk, "refresh", actor=WEBHOOK)
    list(steps_of(read_team))

    assert numbers(read_team) == {1, 2, 3, 101, 102, 103}


def test_a_longer_history_is_read_by_the_next_update_and_only_then_counted(github, read_team):
    Team.objects.filter(pk=read_team.pk).update(history_days=180)

    move(read_team.pk, "refresh", actor=WEBHOOK)  # whoever asks for it
    list(steps_of(read_team))

    assert numbers(read_team) == {1, 2, 3, 4}
    assert merged(read_team) == 4
    assert read_team.pipeline_history_days == 180


def test_a_length_that_changes_in_the_midst_of_a_run_bends_no_run(github, read_team):
    weeks = TeamWeek.objects.filter(team=read_team).count()
    move(read_team.pk, "refresh", actor="mira")
    for status in steps_of(read_team):
        if status == Status.BACKGROUND_METRICS:
            Team.objects.filter(pk=read_team.pk).update(history_days=365)

    assert TeamWeek.objects.filter(team=read_team).count() == weeks  # not weeks that nobody read


def test_a_shorter_history_deletes_nothing(github, read_team):
    weeks = TeamWeek.objects.filter(team=read_team).count()
    Team.objects.filter(pk=read_team.pk).update(history_days=30)

    move(read_team.pk, "refresh", actor="mira")
    list(steps_of(read_team))

    assert numbers(read_team) == {1, 2, 3}
    assert merged(read_team) == 3
    assert TeamWeek.objects.filter(team=read_team).count() == weeks


def test_what_is_taken_away_leaves_every_number_and_stays_stored(github, read_team):
    add_found(read_team, [found(github, "acme/api", 101)])
    move(read_team.pk, "refresh", actor="mira")
    list(steps_of(read_team))
    user = read_team.people.get()
    api = TrackedRepository.objects.get(name_with_owner="acme/api")

    said = own_rules.leave_out(read_team, api.pk, user=user)
    assert remeasure(read_team, now=days_ago(0))  # the task that it asks for

    assert said == "acme/api is not read and not counted any more."
    assert merged(read_team) == 3
    assert not PullRequestFlow.objects.filter(repository=api).exists()
    assert Measurement.objects.get(team=read_team).repository_ids != [api.pk]
    assert numbers(read_team) == {1, 2, 3, 101, 102, 103}
    assert own_rules.leave_out(read_team, api.pk, user=user) == ""


def test_what_is_taken_away_while_it_is_counted_leaves_the_numbers_all_the_same(github, read_team):
    add_found(read_team, [found(github, "acme/api", 101)])
    move(read_team.pk, "refresh", actor="mira")
    list(steps_of(read_team))
    api = TrackedRepository.objects.get(name_with_owner="acme/api")
    own_rules.leave_out(read_team, api.pk, user=read_team.people.get())
    # The message is lost: the weeks are older than the team's word, so the timetable finds them.
    TeamWeek.objects.update(computed_at=days_ago(0) - timedelta(seconds=5))

    assert outdated().filter(team=read_team).exists()
    remeasure(read_team, now=days_ago(0))
    assert not outdated().filter(team=read_team).exists()
    assert merged(read_team) == 3


def test_the_last_one_stays(read_team):
    web = TrackedRepository.objects.get(team=read_team)

    with pytest.raises(Refused, match="acme/web is the only repository that is read"):
        take_away(read_team, web.pk)

    web.refresh_from_db()
    assert web.is_selected


def test_what_is_taken_away_while_it_is_read_is_dropped_and_the_run_ends_well(github, team):
    track(team, github.add_repository("acme/web", *monthly(1)))
    api = track(team, github.add_repository("acme/api", *monthly(101)))
    move(team.pk, "start", actor="mira")

    for status in steps_of(team):
        if status == Status.LLM_PROCESSING:
            take_away(team, api.pk)

    assert team.onboarding_pipeline_status == Status.COMPLETE, team.onboarding_pipeline_error
    assert Measurement.objects.get(team=team).repository_ids != [api.pk]
    assert numbers(team) == {1, 2, 3, 101}  # phase 2 has asked for it no more
    assert merged(team) == 3
