"""Many deliveries at the same moment, and deliveries while a sync runs: none is lost or doubled."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.github.models import Delivery, PullRequest, PullRequestKey, TrackedRepository
from apps.github.webhooks import deliveries
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.github import hooks
from tests.github.fakes import NOW, pull_request, stamp
from tests.github.hooks import send
from tests.github.running import sync_older, sync_recent, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hints")]

PATIENCE = 60  # seconds until a race in which somebody hangs has failed
AT_ONCE = 20


def at_once(number: int, call: Callable[[], object]) -> list[object]:
    """What each of so many calls returned; they begin together, as far as there are threads."""
    start = threading.Barrier(AT_ONCE)

    def run(index: int) -> object:
        try:
            if index < AT_ONCE:
                connection.ensure_connection()
                start.wait(PATIENCE)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(max(number, AT_ONCE))))


@pytest.fixture
def complete(team):
    """The team's last run began an hour ago."""
    began = timezone.now() - timedelta(hours=1)
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at=began,
        phase1_completed_at=began,
    )


def test_the_same_delivery_a_hundred_times_at_once_has_one_effect(web, complete):
    """S-038"""
    body = hooks.pull_request(web, at=timezone.now())

    answers = at_once(
        100, lambda: send(Client(), "pull_request", body, delivery="guid").status_code
    )
    at_once(AT_ONCE, deliveries.upkeep)

    assert len(answers) == 100
    assert set(answers) <= {200, 202}
    assert send(Client(), "pull_request", body, delivery="guid").status_code == 200
    assert Delivery.objects.count() == 1
    assert PullRequestKey.objects.count() == 1
    assert PipelineTransition.objects.filter(verb="refresh").count() == 1


def test_different_deliveries_of_one_pull_request_at_once_leave_the_latest(web):
    """S-042"""
    moments = [NOW + timedelta(seconds=n) for n in range(100)]
    left = iter(moments)
    lock = threading.Lock()

    def deliver() -> None:
        with lock:
            at = next(left)
        send(Client(), "pull_request", hooks.pull_request(web, at=at))
        deliveries.take_in()

    at_once(100, deliver)

    assert Delivery.objects.filter(taken_in_at=None).count() == 0
    assert Delivery.objects.count() == 100
    assert PullRequestKey.objects.get().updated_at == max(moments)


def test_a_delivery_is_one_insert_in_a_transaction_between_two_looks(web, client):
    with CaptureQueriesContext(connection) as asked:
        send(client, "pull_request", hooks.pull_request(web))

    verbs = [query["sql"].split()[0] for query in asked.captured_queries]
    assert [verb for verb in verbs if verb not in ("BEGIN", "COMMIT")] == [
        *("SELECT", "INSERT", "SELECT")
    ]


def test_those_that_are_written_down_together_do_not_leave_it_to_each_other_to_tell_a_worker(
    web, hints
):
    left = iter(range(1, AT_ONCE + 1))

    def deliver() -> None:
        assert (
            send(Client(), "pull_request", hooks.pull_request(web, next(left))).status_code == 202
        )

    at_once(AT_ONCE, deliver)

    assert hints
    assert Delivery.objects.count() == AT_ONCE


# --- while a sync runs --------------------------------------------------------------------


@pytest.fixture
def synced(github, team):
    """A repository of 60 pull requests, chosen and not yet read."""
    prs = [pull_request(n, days_old=n / 10) for n in range(1, 61)]
    row = track(team, github.add_repository("acme/web", *prs))
    TrackedRepository.objects.update(github_id=1)  # as FakeGitHub numbers its first
    row.refresh_from_db()
    return row


def touch_and_tell(github, row, number, at):
    """Somebody changes a pull request, and GitHub tells."""
    github.touch("acme/web", number, at, title=f"Changed at {stamp(at)}")
    assert send(Client(), "pull_request", hooks.pull_request(row, number, at=at)).status_code == 202


def truth(github):
    return {one["number"]: (one["title"], one["updatedAt"]) for one in at_github(github)}


def at_github(github):
    return github.pull_requests["R_acme/web"]


def stored():
    found = PullRequest.objects.values_list("number", "title", "updated_at")
    return {number: (title, stamp(at)) for number, title, at in found}


def behind(github):
    """Numbers of what is not as GitHub has it, here, and will not be fetched by the next sync."""
    waiting = set(PullRequestKey.objects.filter(state="pending").values_list("number", flat=True))
    here, there = stored(), truth(github)
    return {n for n in there if here.get(n) != there[n]} - waiting


def test_what_changes_between_question_and_answer_is_to_be_fetched_again(
    github, team, synced, monkeypatch
):
    """R-68: the details on their way are older than the delivery that arrives meanwhile."""
    answer = github.PullRequestDetails
    seconds = iter(range(1, 10_000))

    def slow_answer(ids, **variables):
        old = answer(ids, **variables)
        for node_id in ids[::7]:
            number = int(node_id.removeprefix("PR_").split("@")[0])
            touch_and_tell(github, synced, number, NOW + timedelta(seconds=next(seconds)))
        deliveries.take_in()
        connection.close()  # this is a thread of the client's
        return old

    monkeypatch.setattr(github, "PullRequestDetails", slow_answer)
    sync_recent(team)

    assert stored() != truth(github)
    assert behind(github) == set()
    monkeypatch.undo()
    sync_older(team)
    assert stored() == truth(github)
    assert set(PullRequestKey.objects.values_list("state", flat=True)) == {"done"}


def test_webhooks_all_the_time_during_the_first_sync_lose_nothing(github, team, synced):
    """R-68"""
    is_over, told = threading.Event(), []

    def somebody(first: int) -> None:
        try:
            for n in range(first, 3000, 3):
                if is_over.is_set():
                    return
                number, at = n * 7 % 60 + 1, NOW + timedelta(seconds=n)
                touch_and_tell(github, synced, number, at)
                told.append(number)
                if n % 5 == 0:
                    deliveries.take_in()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as people:
        work = [people.submit(somebody, first) for first in (1, 2, 3)]
        try:
            sync_recent(team)
            sync_older(team)
        finally:
            is_over.set()
        for one in work:
            one.result(PATIENCE)
    deliveries.take_in()

    assert told
    assert behind(github) == set()
    sync_older(team)
    assert stored() == truth(github)
    assert Delivery.objects.count() == len(told)
    assert not Delivery.objects.filter(taken_in_at=None).exists()
