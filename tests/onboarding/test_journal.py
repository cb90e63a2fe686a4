"""The status page tells what has happened in this run, folded away until something goes wrong."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.identity import this_process
from apps.pipeline.log import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.recovery import DIED, LOST
from apps.pipeline.rows import rows
from tests.factories import MembershipFactory, TeamFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(team):
    return reverse("onboarding:status", args=[team.slug])


def put(team, **columns):
    """The row as a worker or a move would have left it."""
    rows().filter(pk=team.pk).update(**columns)


def journal_in(answer):
    return answer.text.partition('id="journal"')[2]


def version_in(answer):
    return re.search(r"\?v=(\w+)", answer.text).group(1)


def is_open(answer):
    return bool(re.search(r'<details[^>]*id="journal"[^>]* open', answer.text))


def test_a_step_that_a_worker_died_in_is_told_with_the_place_where_it_goes_on(client, url, team):
    put(
        team,
        pipeline_position="120 of 497 pull requests",
        pipeline_worker=str(this_process()),
        time_zone="Asia/Tokyo",
    )
    move(team.pk, "send_again", actor="recovery", reason=DIED)
    at = team.transitions.get().at + timedelta(hours=9)

    journal = journal_in(client.get(url))

    assert "Resumed at 120 of 497 pull requests: its worker had died" in journal
    assert f"{at:%H:%M:%S}" in journal
    assert "recovery" not in journal
    assert str(this_process()) not in journal


def test_sentences_of_others_are_escaped(client, url, team):
    move(team.pk, "fail", actor="worker", arguments={"reason": "because <it> could"})

    assert "Stopped: because &lt;it&gt; could" in journal_in(client.get(url))


def test_a_night_without_a_worker_is_one_line(client, url, team):
    for _ in range(3):
        move(team.pk, "send_again", actor="beat", reason=LOST)

    journal = journal_in(client.get(url))

    assert journal.count("no worker had taken it") == 1
    assert "(3 times, the last at " in journal


def test_only_the_present_run_is_told(client, url, team):
    move(team.pk, "pause", actor="mira")
    move(team.pk, "restart", actor="mira")

    journal = journal_in(client.get(url))

    assert "Started from the beginning by mira" in journal
    assert "Paused" not in journal


def test_it_is_folded_away_while_all_is_well(client, url, team):
    move(team.pk, "send_again", actor="recovery", reason=DIED)

    assert not is_open(client.get(url))


def test_it_is_open_where_the_import_has_stopped(client, url, team):
    move(team.pk, "fail", actor="worker", arguments={"reason": "GitHub refused the token."})

    assert is_open(client.get(url))


def test_it_stays_folded_where_somebody_has_stopped_it(client, url, team):
    move(team.pk, "cancel", actor="mira")

    answer = client.get(url)

    assert not is_open(answer)
    assert "Cancelled by mira" in journal_in(answer)


def test_whoever_of_the_staff_has_stopped_it_is_not_named(client, url, team):
    move(team.pk, "pause", actor="vera.of.staff", reason="admin")
    move(team.pk, "cancel", actor="vera.of.staff", reason="admin")

    page = client.get(url).text

    assert "Cancelled by Mergelight&#x27;s staff. Nothing that was read is lost." in page
    assert "Paused by Mergelight&#x27;s staff" in page
    assert "vera.of.staff" not in page


def test_what_is_left_out_is_counted(client, url, team):
    for n in range(55):
        move(team.pk, ("pause", "resume")[n % 2], actor="mira")

    assert "5 earlier moves of this import are not shown." in client.get(url).text


def test_a_poll_that_would_change_nothing_does_not_read_the_log(
    client, url, team, django_assert_num_queries
):
    put(team, pipeline_heartbeat_at=timezone.now())
    version = version_in(client.get(url))

    with django_assert_num_queries(8) as queries:
        assert client.get(f"{url}?v={version}", headers=HTMX).status_code == 204

    assert PipelineTransition._meta.db_table not in str(queries.captured_queries)


@pytest.mark.parametrize("verb", ["send_again", "postpone"])
def test_a_poll_after_a_move_that_keeps_the_status_tells_of_it(client, url, team, verb):
    version = version_in(client.get(url))
    arguments = {"seconds": 9, "sentence": "GitHub rests.", "attempts": 0}
    move(team.pk, verb, actor="worker", arguments=arguments if verb == "postpone" else {})

    answer = client.get(f"{url}?v={version}", headers=HTMX)

    assert ("GitHub rests." if verb == "postpone" else "Sent again") in journal_in(answer)


def test_a_long_log_costs_a_poll_one_query_more(client, url, team, django_assert_num_queries):
    def poll():
        client.get(url, headers=HTMX)

    def log(tickets):
        PipelineTransition.objects.bulk_create(
            PipelineTransition(
                team=team,
                ticket=ticket,
                run=1,
                verb="send_again",
                source="syncing",
                target="syncing",
                reason=LOST,
            )
            for ticket in tickets
        )

    put(team, pipeline_heartbeat_at=timezone.now())
    log(range(100, 103))
    poll()
    with django_assert_num_queries(12):
        poll()
    log(range(103, 700))
    with django_assert_num_queries(13):
        poll()


def test_a_colleague_reads_it_and_a_stranger_does_not(client, url, team):
    move(team.pk, "pause", actor="mira")
    colleague = MembershipFactory(team=team, role="member").user
    stranger = MembershipFactory(team=TeamFactory()).user

    client.force_login(colleague)
    assert "Paused by mira" in journal_in(client.get(url))
    client.force_login(stranger)
    assert client.get(url).status_code == 404
