"""What brings numbers up to date that nobody counts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.changes import tell_changed
from apps.metrics import measure as measuring
from apps.metrics import recount
from apps.metrics.hooks import recounted
from apps.metrics.models import Measurement, MemberWeek, PullRequestFlow, TeamWeek
from apps.metrics.own_rules import set_hotfix_words
from apps.metrics.tasks import freshen, look_after_numbers
from apps.metrics.upkeep import look_after_numbers as look_after
from apps.teams.models import Team
from tests.factories import UserFactory
from tests.metrics.measuring import NOW, SINCE, measured, merged_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, int]]:
    """(task, team) of every message."""
    messages: list[tuple[str, int]] = []
    monkeypatch.setattr(
        recount, "hint", lambda task, **options: messages.append((task.name, *options["args"]))
    )
    return messages


def counted_before_flows_were_kept(repository) -> None:
    """As the version before this one has left a team: weeks, and nothing that pages read."""
    measured(repository)
    PullRequestFlow.objects.all().delete()
    TeamWeek.objects.update(open_at_end=0, active_people=0)
    MemberWeek.objects.update(big=0)
    Measurement.objects.update(definitions=0, time_zone="")


def test_a_team_counted_by_the_version_before_is_counted_anew_soon(repository, sent, time_machine):
    time_machine.move_to(NOW)
    merged_at(SINCE + DAY, repository)
    counted_before_flows_were_kept(repository)
    told: list[int] = []
    recounted.connect(lambda team_id, **_: told.append(team_id), weak=False, dispatch_uid="test")

    look_after_numbers()
    assert sent == [(recount.FRESHEN, repository.team.pk)]
    freshen(repository.team.pk)
    recounted.disconnect(dispatch_uid="test")

    assert PullRequestFlow.objects.count() == 1
    assert TeamWeek.objects.get(week_start=SINCE.date()).active_people == 1
    assert told == [repository.team.pk]
    assert look_after() == []


def test_another_zone_is_not_forgotten_with_its_message(repository, sent):
    measured(repository)
    Team.objects.update(time_zone="Asia/Tokyo")

    assert look_after() == [repository.team.pk]
    assert look_after() == []  # asked already


def test_a_rule_of_the_team_s_own_is_not_forgotten_with_its_message(repository, sent):
    """Nor where another measurement has overtaken the counting until it gave up."""
    now = timezone.now()
    merged_at(now - DAY, repository, title="Hotfix: login")
    measured(repository, since=now - 20 * DAY, now=now - timedelta(minutes=1))
    set_hotfix_words(repository.team, ["hotfix"], user=UserFactory())

    assert look_after() == [repository.team.pk]
    freshen(repository.team.pk)

    assert TeamWeek.objects.filter(hotfixes=1).count() == 1
    assert look_after() == []


def test_a_message_that_was_lost_is_sent_again(repository, sent):
    measured(repository)
    Measurement.objects.update(freshening_until=timezone.now() - timedelta(seconds=1))

    look_after()

    assert sent == [(recount.FRESHEN, repository.team.pk)]


def test_who_is_up_to_date_or_asked_for_is_left_alone(repository, sent):
    measured(repository)
    assert look_after() == []
    Measurement.objects.update(freshening_until=timezone.now() + timedelta(minutes=1))
    assert look_after() == []


def test_what_changes_while_a_measurement_reads_is_counted_soon_after(
    repository, sent, monkeypatch, django_capture_on_commit_callbacks, time_machine
):
    """Before the first measurement nobody can be asked; a later one stores what is old by then."""
    time_machine.move_to(NOW)
    read = measuring.load

    def read_and_be_overtaken(*args, **options):
        facts = read(*args, **options)
        merged_at(SINCE + DAY, repository)
        tell_changed(repository.team.pk)
        return facts

    monkeypatch.setattr(measuring, "load", read_and_be_overtaken)
    with django_capture_on_commit_callbacks(execute=True):
        assert measured(repository)[SINCE.date()].merged == 0

    assert sent == [(recount.FRESHEN, repository.team.pk)]
    freshen(repository.team.pk)
    assert TeamWeek.objects.get(week_start=SINCE.date()).merged == 1


def test_a_batch_that_is_not_the_first_change_writes_nothing(
    repository, sent, django_capture_on_commit_callbacks
):
    """SQLite has one lock for all who write."""
    measured(repository)
    with django_capture_on_commit_callbacks(execute=True):
        tell_changed(repository.team.pk)

    told = django_capture_on_commit_callbacks(execute=True)
    with CaptureQueriesContext(connection) as queries, told:
        tell_changed(repository.team.pk)

    assert [one["sql"].split()[0] for one in queries] == ["SELECT"]
    assert len(sent) == 1
