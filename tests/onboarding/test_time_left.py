"""Time left is measured, or not told; it does not jump, and costs one query at most."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.core.history import recent_window
from apps.github.models import PullRequest
from apps.llm.models import LlmAnswer
from apps.onboarding.time_left import in_words, settled
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.factories import PersonFactory, PullRequestAnalysisFactory, PullRequestFactory

STARTED = timezone.now() - timedelta(minutes=5)
SINCE = recent_window(STARTED, two_phase=True, days=None).since


@pytest.fixture
def url(team):
    return reverse("onboarding:status", args=[team.slug])


@pytest.fixture
def reading(team):
    """30 of 310 pull requests were stored in the last 30 seconds; all are listed."""
    rows().filter(pk=team.pk).update(onboarding_pipeline_started_at=STARTED)
    team.repositories.update(
        sync_since=SINCE,
        keys_reach=SINCE - timedelta(days=1),
        sync_prs_total=310,
        sync_prs_completed=30,
    )
    repository, author = team.repositories.get(), PersonFactory(team=team)
    now = timezone.now()
    PullRequest.objects.bulk_create(
        PullRequestFactory.build(
            repository=repository,
            team=team,
            author=author,
            number=number,
            created_at=now - timedelta(days=2),
            updated_at=now - timedelta(days=1),
            fetched_at=now - timedelta(seconds=30 - number),
        )
        for number in range(30)
    )
    return team


def put(team, **columns):
    rows().filter(pk=team.pk).update(**columns)


@pytest.mark.django_db
def test_it_follows_from_what_was_stored_just_now(client, url, reading):
    assert "About 5 minutes of reading left" in client.get(url).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "columns",
    [
        {"pipeline_paused": True},
        {"pipeline_not_before": "2099-01-01T14:32:00Z"},
        {"onboarding_pipeline_error": "GitHub allows more requests at 14:32 UTC."},
        {"onboarding_pipeline_status": "computing_metrics"},
        {"onboarding_pipeline_status": "complete"},
    ],
)
def test_while_nothing_is_read_there_is_none(client, url, reading, columns):
    put(reading, **columns)

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_while_something_is_still_listed_there_is_none(client, url, reading):
    reading.repositories.update(keys_reach=None)

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_a_few_pull_requests_are_no_measurement(client, url, reading):
    reading.pull_requests.filter(number__lt=6).delete()

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_a_few_seconds_are_no_measurement(client, url, reading):
    reading.pull_requests.update(fetched_at=timezone.now() - timedelta(seconds=5))

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_a_few_are_enough_to_say_that_it_is_soon_over(client, url, reading):
    reading.pull_requests.filter(number__lt=22).delete()
    reading.repositories.update(sync_prs_total=38, sync_prs_completed=30)

    assert "Less than a minute of reading left" in client.get(url).text


@pytest.mark.django_db
def test_what_was_stored_long_ago_says_nothing_of_now(client, url, reading):
    reading.pull_requests.update(fetched_at=timezone.now() - timedelta(seconds=90))

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_the_poll_names_what_is_shown_and_what_is_nearly_right_stays(client, url, reading):
    assert "&amp;left=5" in client.get(url).text

    assert "About 6 minutes of reading left" in client.get(f"{url}?left=6").text


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["", "x", "-1", "99999", "١"])
def test_what_a_page_cannot_have_said_is_not_heard(client, url, reading, named):
    assert "About 5 minutes of reading left" in client.get(url, {"left": named}).text


@pytest.mark.django_db
def test_a_measured_poll_costs_one_query_more(client, url, reading, django_assert_max_num_queries):
    client.get(url)

    with django_assert_max_num_queries(15):
        client.get(url, headers={"HX-Request": "true"})


@pytest.fixture
def analysing(reading):
    """The model has answered for 26 of 126 in the last 26 seconds."""
    put(reading, onboarding_pipeline_status="llm_processing")
    now, repository = timezone.now(), reading.repositories.get()
    read = list(reading.pull_requests.order_by("number"))
    read += [PullRequestFactory(repository=repository, number=100 + more) for more in range(96)]
    for place, pull_request in enumerate(read):
        is_answered = place < 26
        PullRequestAnalysisFactory(
            pull_request=pull_request, llm_state="done" if is_answered else "pending"
        )
        if is_answered:
            answer = LlmAnswer.objects.create(
                pull_request=pull_request, prompt_version="1", model="m", answer={}
            )
            LlmAnswer.objects.filter(pk=answer.pk).update(
                created_at=now - timedelta(seconds=26 - place)
            )
    return reading


@pytest.mark.django_db
def test_the_analysis_is_measured_by_the_answers_of_the_model(client, url, analysing):
    shown = client.get(url).text

    assert ">About 2 minutes left</p>" in shown
    assert "&amp;left=2" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["syncing_members", "computing_metrics"])
def test_steps_that_are_over_in_no_time_tell_none(client, url, analysing, status):
    put(analysing, onboarding_pipeline_status=status)

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_an_analysis_without_answers_of_late_tells_none(client, url, analysing):
    LlmAnswer.objects.update(created_at=timezone.now() - timedelta(seconds=90))

    assert " left<" not in client.get(url).text


@pytest.mark.django_db
def test_a_poll_of_the_analysis_costs_one_query_more(
    client, url, analysing, django_assert_max_num_queries
):
    client.get(url)

    with django_assert_max_num_queries(15):
        client.get(url, headers={"HX-Request": "true"})


@given(st.floats(0, 10_000), st.integers(0, 120) | st.none())
def test_what_is_told_is_never_far_from_what_was_measured(seconds, shown):
    told = settled(seconds, shown)

    assert told * 60 <= 2 * seconds + 60
    assert seconds <= 1.2 * told * 60 + 45


@given(st.floats(0, 10_000), st.floats(0.95, 1.05))
def test_a_speed_that_wavers_a_little_does_not_make_it_jump_back(seconds, wavers):
    told = settled(seconds, None)

    again = settled(seconds * wavers, told)

    assert settled(seconds, again) == again


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, ""),
        (0, "Less than a minute of reading left"),
        (1, "About 1 minute of reading left"),
        (25, "About 25 minutes of reading left"),
        (65, "About 2 hours of reading left"),
    ],
)
def test_seconds_are_never_counted(minutes, words):
    assert in_words(minutes, Status.SYNCING) == words
    assert in_words(minutes, Status.BACKGROUND_LLM) == words.replace("of reading ", "")
