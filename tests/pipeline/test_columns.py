"""Only a move writes the pipeline's columns, and only on the row as it was loaded."""

import pytest
from django.core.exceptions import FieldError
from django.db import transaction
from django.db.models.signals import post_save
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ACTIVE)
def test_a_stale_copy_never_writes_the_old_status_back(status):
    team = TeamFactory(onboarding_pipeline_status=status)
    stale = Team.objects.get(pk=team.pk)
    mover = Team.objects.get(pk=team.pk)
    mover.advance()
    mover.save()

    stale.name = "Renamed from an old copy"
    stale.save()

    stored = Team.objects.get(pk=team.pk)
    assert stored.name == "Renamed from an old copy"
    assert stored.onboarding_pipeline_status == mover.onboarding_pipeline_status
    assert stored.pipeline_ticket == 1


def test_two_copies_cannot_both_move():
    team = TeamFactory()
    first, second = Team.objects.get(pk=team.pk), Team.objects.get(pk=team.pk)
    first.start()
    first.save()

    second.start()
    with pytest.raises(ConcurrentTransition):
        second.save()

    assert PipelineTransition.objects.filter(team=team).count() == 1


def test_a_copy_from_before_a_re_save_of_the_same_status_cannot_move():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    stale = Team.objects.get(pk=team.pk)
    Team.objects.get(pk=team.pk).save(update_fields=[STATUS])  # recovery has sent it again

    stale.advance()
    with pytest.raises(ConcurrentTransition):
        stale.save()

    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.SYNCING


def test_a_copy_whose_status_was_written_past_us_cannot_move():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    stale = Team.objects.get(pk=team.pk)
    Team._base_manager.filter(pk=team.pk).update(onboarding_pipeline_status=Status.FAILED)

    stale.advance()
    with pytest.raises(ConcurrentTransition):
        stale.save()


def test_a_copy_that_could_not_be_saved_still_compares_when_it_is_saved_again():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    stale = Team.objects.get(pk=team.pk)
    Team.objects.get(pk=team.pk).save(update_fields=[STATUS])

    stale.advance()
    for _ in range(2):
        with pytest.raises(ConcurrentTransition):
            stale.save()


def test_a_verb_survives_the_reading_of_another_column():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    team = Team.objects.get(pk=team.pk)
    team.save(update_fields=[STATUS])  # leaves the times to be read from the database
    team.pause()

    assert team.pipeline_changed_at is not None
    team.refresh_from_db(fields=["name"])
    team.save()

    assert Team.objects.get(pk=team.pk).pipeline_paused


def test_a_receiver_cannot_move_the_copy_that_is_being_saved():
    team = TeamFactory()

    def cancel(instance: Team, **kwargs: object) -> None:
        instance.cancel()

    post_save.connect(cancel, sender=Team)
    try:
        team.start()
        with pytest.raises(RuntimeError, match="being saved"), transaction.atomic():
            team.save()
    finally:
        post_save.disconnect(cancel, sender=Team)

    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.NOT_STARTED
    assert PipelineTransition.objects.count() == 0


def test_a_receiver_cannot_write_the_columns_of_the_copy_that_is_being_saved():
    team = TeamFactory()

    def write(instance: Team, **kwargs: object) -> None:
        instance.save(update_fields=["pipeline_claimed"])

    post_save.connect(write, sender=Team)
    try:
        team.start()
        with pytest.raises(FieldError), transaction.atomic():
            team.save()
    finally:
        post_save.disconnect(write, sender=Team)


def test_nobody_upserts_the_columns_past_the_pipeline():
    team = TeamFactory()

    with pytest.raises(FieldError, match="only the pipeline"):
        Team.objects.bulk_create(
            [Team(name="x", slug=team.slug)],
            update_conflicts=True,
            unique_fields=["slug"],
            update_fields=[STATUS],
        )


def test_a_move_is_not_stored_by_saving_another_field():
    team = TeamFactory()
    team.start()

    team.save(update_fields=["name"])

    stored = Team.objects.get(pk=team.pk)
    assert (stored.onboarding_pipeline_status, stored.pipeline_ticket) == (Status.NOT_STARTED, 0)


def test_a_move_saved_by_name_leaves_what_a_worker_wrote_meanwhile():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=3)
    loaded = Team.objects.get(pk=team.pk)
    Team._base_manager.filter(pk=team.pk).update(pipeline_claimed=3, pipeline_attempts=2)

    loaded.send_again()
    loaded.save()

    stored = Team.objects.get(pk=team.pk)
    assert (stored.pipeline_claimed, stored.pipeline_attempts) == (3, 2)
    assert stored.pipeline_ticket == 4


@pytest.mark.parametrize("column", Team.PIPELINE_COLUMNS)
def test_nobody_updates_the_columns_past_the_pipeline(column):
    TeamFactory()

    with pytest.raises(FieldError, match="only the pipeline"):
        Team.objects.update(**{column: None})
    with pytest.raises(FieldError, match="only the pipeline"):
        Team.objects.bulk_update(list(Team.objects.all()), [column])


def test_a_column_cannot_be_saved_without_the_status():
    team = TeamFactory()

    with pytest.raises(FieldError, match="with the status"):
        team.save(update_fields=["pipeline_ticket"])


def test_the_status_cannot_be_assigned():
    team = TeamFactory()

    with pytest.raises(AttributeError):
        team.onboarding_pipeline_status = Status.COMPLETE


def test_an_unsaved_row_cannot_be_moved():
    team = Team(name="New", slug="new")
    team.start()

    with pytest.raises(ValueError, match="save the new row first"):
        team.save()


def test_a_partly_loaded_row_cannot_be_moved():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    partly = Team.objects.only("name").get(pk=team.pk)

    partly.advance()
    with pytest.raises(ValueError, match="load the whole row"):
        partly.save()


def test_a_row_without_its_status_loaded_saves_its_name():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)
    partly = Team.objects.only("name").get(pk=team.pk)

    partly.name = "Renamed"
    partly.save()

    stored = Team.objects.get(pk=team.pk)
    assert (stored.name, stored.onboarding_pipeline_status) == ("Renamed", Status.SYNCING)


def test_refreshing_reads_the_status_that_another_process_wrote():
    team = TeamFactory()
    other = Team.objects.get(pk=team.pk)
    other.start()
    other.save()

    team.refresh_from_db()

    assert team.onboarding_pipeline_status == Status.SYNCING_MEMBERS
    team.advance()
    team.save()
    assert team.pipeline_ticket == 2


def test_times_come_from_the_database_and_are_real_after_the_save():
    team = TeamFactory()
    team.start()
    team.save()

    assert team.onboarding_pipeline_started_at == team.pipeline_changed_at
    assert team.onboarding_pipeline_started_at.tzinfo is not None


def test_the_log_names_who_moved_what_and_why():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_run=2)
    team.by("worker", task_id="abc")
    team.fail(reason="GitHub does not know this token any more.")
    team.save()

    row = PipelineTransition.objects.get(team=team)
    assert (row.ticket, row.run, row.verb, row.source, row.target) == (
        1,
        2,
        "fail",
        "syncing",
        "failed",
    )
    assert (row.actor, row.task_id) == ("worker", "abc")
    assert row.reason == "GitHub does not know this token any more."


def test_a_failed_team_goes_back_to_the_step_that_failed():
    team = TeamFactory(onboarding_pipeline_status=Status.BACKGROUND_LLM)
    team.fail(reason="no")
    team.save()

    team.retry()
    team.save()

    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.BACKGROUND_LLM
    assert (stored.onboarding_pipeline_error, stored.pipeline_failed_step) == ("", "")


def test_the_dashboard_opens_once_and_for_good():
    team = TeamFactory(onboarding_pipeline_status=Status.COMPUTING_INSIGHTS)
    team.advance()
    team.save()
    opened_at = Team.objects.get(pk=team.pk).phase1_completed_at
    assert opened_at is not None

    team.restart()
    team.save()

    assert Team.objects.get(pk=team.pk).phase1_completed_at == opened_at


@pytest.mark.parametrize("verb", ["start", "advance", "retry", "pause", "resume"])
def test_a_completed_team_refuses_everything_but_a_restart(verb):
    team = TeamFactory(onboarding_pipeline_status=Status.COMPLETE)

    with pytest.raises(TransitionNotAllowed):
        getattr(team, verb)()


def test_a_plain_save_of_the_status_costs_two_statements_and_a_savepoint(
    django_assert_num_queries,
):
    team = Team.objects.get(pk=TeamFactory(onboarding_pipeline_status=Status.SYNCING).pk)

    with django_assert_num_queries(4):  # SAVEPOINT, UPDATE, INSERT, RELEASE
        team.save(update_fields=[STATUS])
