"""A bulk write is one statement on SQLite, too."""

import pytest
from django.db import connection

from apps.github.models import Person
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def test_a_bulk_write_of_a_thousand_rows_is_one_statement(django_assert_num_queries):
    team = TeamFactory()
    connection.ensure_connection()

    with django_assert_num_queries(1):
        Person.objects.bulk_create(Person(team=team, identity=f"user:{n}") for n in range(1000))
