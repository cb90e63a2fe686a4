"""Counting anew outside of a run: what was read stays what is counted."""

from datetime import timedelta

import pytest

from apps.metrics import recount as recounting
from apps.metrics.hooks import recounted
from apps.metrics.models import CountingRules, Measurement, MemberWeek, TeamWeek
from apps.metrics.recount import recount
from apps.metrics.remeasure import Overtaken, remeasure
from apps.metrics.tasks import remeasure as remeasure_task
from tests.factories import TrackedRepositoryFactory
from tests.metrics.measuring import NOW, SINCE, measured, merged_at

pytestmark = pytest.mark.django_db
DAY, LATER = timedelta(days=1), NOW + timedelta(hours=1)


def test_a_rule_of_the_team_s_own_changes_every_week(repository):
    merged_at(SINCE + DAY, repository, title="Hotfix: login")
    measured(repository)
    CountingRules.objects.create(team=repository.team, hotfix_words=["hotfix"])

    assert remeasure(repository.team, now=LATER)

    assert [row.hotfixes for row in TeamWeek.objects.order_by("week_start")] == [1, 0, 0, 0, 0]


def test_an_account_that_is_a_bot_now_leaves_no_member_behind(repository):
    change = merged_at(SINCE + DAY, repository)
    measured(repository)
    assert MemberWeek.objects.exists()
    change.author.counts_as_bot = True
    change.author.save()

    remeasure(repository.team, now=LATER)

    assert not MemberWeek.objects.exists()
    assert TeamWeek.objects.get(merged_by_bots=1).merged == 0


def test_a_repository_chosen_since_is_not_counted_before_it_is_read(repository):
    measured(repository)
    other = TrackedRepositoryFactory(team=repository.team)
    merged_at(SINCE + DAY, other)

    remeasure(repository.team, now=LATER)

    assert not TeamWeek.objects.filter(merged__gt=0).exists()
    assert Measurement.objects.get().repository_ids == [repository.pk]


def test_the_history_stays_as_long_as_it_was(repository):
    before = measured(repository, since=SINCE + 2 * DAY)

    remeasure(repository.team, now=LATER)

    rows = TeamWeek.objects.order_by("week_start")
    assert [row.week_start for row in rows] == list(before)
    assert rows[0].history_starts_at == SINCE + 2 * DAY


def test_nothing_is_written_where_somebody_measures_meanwhile(repository, monkeypatch):
    merged_at(SINCE + DAY, repository)
    measured(repository)

    def overtaken(_last, *, now):
        raise Overtaken

    monkeypatch.setattr("apps.metrics.remeasure.take_turn", overtaken)
    with pytest.raises(Overtaken):
        remeasure(repository.team, now=LATER)
    assert Measurement.objects.get().computed_at == NOW


def test_before_the_first_measurement_there_is_nothing_to_count_anew(repository):
    told = []
    recounted.connect(lambda **said: told.append(said), weak=False, dispatch_uid="test")

    remeasure_task(repository.team.pk)
    remeasure_task(0)
    assert told == []

    measured(repository)
    remeasure_task(repository.team.pk)
    recounted.disconnect(dispatch_uid="test")
    assert [said["team_id"] for said in told] == [repository.team.pk]


def test_a_worker_is_told_after_the_commit(
    repository, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(recounting, "hint", lambda task, **said: sent.append((task.name, said)))

    with django_capture_on_commit_callbacks(execute=True):
        recount(repository.team)
        assert sent == []

    assert sent == [("apps.metrics.tasks.remeasure", {"args": [repository.team.pk]})]
