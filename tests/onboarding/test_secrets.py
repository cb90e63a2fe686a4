"""Tokens are seen by GitHub and nobody else: not in a row, a page, an address, a log or a task."""

import logging
import re

import pytest
from celery.signals import before_task_publish
from django.apps import apps
from django.db import connection as database
from django.urls import reverse

from apps.github.connecting.connections import credentials_of
from apps.github.models import Connection
from tests.onboarding.at_github import at_github, back, connect_by_app, connect_by_sign_in, leave
from tests.onboarding.at_github import url as address_of
from tests.visiting import visit

pytestmark = pytest.mark.django_db

#: S-043: what a secret of GitHub looks like, and the sandbox's own secrets.
SECRET = re.compile(r"(gh[oprsu]|github_pat)_\w{8}|-----BEGIN|sandbox-client-secret|eyJhb")
CHOICE = {"account": "northwind-labs", "names": "northwind-labs/harbor"}


def everything_stored():
    """Each cell of each table, as the database holds it."""
    with database.cursor() as cursor:
        for table in sorted({model._meta.db_table for model in apps.get_models()}):
            if table in database.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
                yield from (f"{table}: {cell}" for row in cursor.fetchall() for cell in row)


@pytest.fixture
def published():
    """What was handed to the broker: names and bodies of tasks."""
    seen = []

    def note(sender, body, **_):
        seen.append(f"{sender} {body}")

    before_task_publish.connect(note)
    yield seen
    before_task_publish.disconnect(note)


@pytest.mark.parametrize("way", ["token", "sign-in", "app"])
@pytest.mark.django_db(transaction=True)
def test_a_secret_is_nowhere_but_at_github(
    client, admin_client, fresh, github_app, caplog, published, way
):
    """S-043, S-045, S-046, S-052; S-044 for what the broker is given."""
    caplog.set_level(logging.DEBUG)
    answers = [
        {
            "token": lambda: client.post(address_of("connect", fresh), {"token": github_app.token}),
            "sign-in": lambda: connect_by_sign_in(client, fresh),
            "app": lambda: connect_by_app(client, fresh),
        }[way]()
    ]
    credentials_of(fresh).token()
    answers += [client.get(address_of(page, fresh)) for page in ("connect", "repositories")]
    answers.append(client.post(address_of("repositories", fresh), CHOICE))
    answers.append(client.get(address_of("status", fresh)))
    kept = Connection.objects.get()
    assert way == "app" or SECRET.search(kept.token)  # the pattern finds what it looks for
    visit(admin_client, fresh)
    answers.append(admin_client.get(reverse("admin:github_connection_change", args=[kept.pk])))

    assert [answer.status_code for answer in answers] == [302, 200, 200, 302, 200, 200]
    assert published
    shown = [f"{answer.headers} {answer.text}" for answer in answers]
    for text in (*everything_stored(), *shown, *published, *caplog.messages):
        assert not SECRET.search(text), SECRET.search(text)


def test_a_way_that_waits_for_a_word_is_sealed_in_the_session(client, fresh, github_app):
    """S-043: sessions are rows, stored in plain."""
    connect_by_sign_in(client, fresh)
    Connection.objects.update(viewer_id=1)

    answer = connect_by_sign_in(client, fresh)

    assert answer.headers["Location"] == address_of("confirm", fresh)
    assert not SECRET.search(str(dict(client.session)))
    assert not SECRET.search(client.get(address_of("confirm", fresh)).text)


@pytest.mark.parametrize("broken", ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_WEB_URL"])
def test_failures_do_not_tell_either(client, fresh, github_app, settings, caplog, broken):
    """S-045: GitHub fails at each place of the way back."""
    caplog.set_level(logging.DEBUG)
    github_app.grants.install()
    location = at_github(leave(client, fresh, "use_installed"))
    setattr(settings, broken, "http://127.0.0.1:9")

    answer = back(client, location)

    assert answer.headers["Location"] == address_of("connect", fresh)
    shown = client.get(address_of("connect", fresh)).text
    assert "GitHub could not be reached." in shown
    for text in (shown, *caplog.messages):
        assert not SECRET.search(text), SECRET.search(text)
