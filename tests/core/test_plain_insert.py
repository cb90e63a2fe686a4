"""Rows that are inserted plainly are the rows that the ORM writes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from apps.core.plain_insert import insert
from apps.github.models import ChangedFile, Commit
from apps.metrics.models import Measurement
from tests.factories import PullRequestFactory, TeamFactory

AT = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=45)))


def commit(pull_request, position: int, **changes):
    return {
        "pull_request_id": pull_request.pk,
        "position": position,
        "oid": "a" * 40,
        "message": "Fix it 🤖 “so” 100 %s\n'; DROP TABLE x; --",
        "authored_at": AT,
        "committed_at": None,
        "author_name": "",
        "author_login": "ada",
        "author_email_hash": "",
        "author_tool_email": "",
        **changes,
    }


@pytest.mark.django_db
def test_what_is_read_back_is_what_the_orm_would_have_written():
    plain, by_orm = PullRequestFactory(), PullRequestFactory()

    insert(Commit, [commit(plain, 0), commit(plain, 1, committed_at=AT.astimezone(UTC))])
    Commit.objects.create(**commit(by_orm, 0))
    Commit.objects.create(**commit(by_orm, 1, committed_at=AT.astimezone(UTC)))

    def stored(pull_request):
        rows = pull_request.commits.order_by("position").values()
        return [{k: v for k, v in r.items() if k not in ("id", "pull_request_id")} for r in rows]

    assert stored(plain) == stored(by_orm)
    assert stored(plain)[0]["authored_at"] == AT
    assert list(Commit.objects.filter(authored_at=AT)) == list(Commit.objects.all())


@pytest.mark.django_db
def test_many_rows_are_one_statement(django_assert_num_queries):
    pull_request = PullRequestFactory()
    rows = [file(pull_request, n) for n in range(3_000)]

    with django_assert_num_queries(1):
        insert(ChangedFile, rows)

    assert pull_request.files.count() == 3_000


@pytest.mark.django_db
def test_a_list_is_stored_as_json():
    team = TeamFactory()

    insert(
        Measurement,
        [{"team_id": team.pk, "repository_ids": [3, 5], "computed_at": AT, "definitions": 1}],
    )

    assert Measurement.objects.get(repository_ids=[3, 5]).team == team


@pytest.mark.django_db
def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert(ChangedFile, [])


@pytest.mark.django_db
def test_more_values_than_the_database_takes_at_once_are_several_statements(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(connection.features, "max_query_params", 10)
    pull_request = PullRequestFactory()

    with django_assert_num_queries(3):
        insert(ChangedFile, [file(pull_request, n) for n in range(5)])

    assert pull_request.files.count() == 5


def file(pull_request, number: int):
    return {
        "pull_request_id": pull_request.pk,
        "path": f"src/{number}.py",
        "additions": number,
        "deletions": 0,
        "change_type": "MODIFIED",
    }
