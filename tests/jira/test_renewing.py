"""Refresh tokens work once: nobody loses one, and nobody shows one twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from apps.jira.errors import JiraDown, JiraRefused
from apps.jira.models import JiraConnection
from apps.jira.renewing import good_token

pytestmark = pytest.mark.django_db


def ends_in(connection, **period):
    ends = timezone.now() + timedelta(**period)
    JiraConnection.objects.filter(pk=connection.pk).update(token_expires_at=ends)


def test_a_good_token_is_shown_as_it_is(connected, jira):
    assert good_token(connected.pk) == connected.access_token
    assert jira.jira_grants.renewals == 0


def test_one_that_ends_soon_is_renewed_and_the_new_pair_is_stored(connected, jira):
    ends_in(connected, minutes=2)

    token = good_token(connected.pk)

    assert token != connected.access_token
    stored = JiraConnection.objects.get(pk=connected.pk)
    assert stored.access_token == token
    assert stored.refresh_token != connected.refresh_token
    assert stored.refreshing_since is None
    assert good_token(connected.pk) == token
    assert jira.jira_grants.renewals == 1


def test_one_that_jira_refuses_is_renewed_once(connected, jira):
    jira.jira_grants._tokens.clear()

    token = good_token(connected.pk, connected.access_token)

    assert jira.jira_grants.accepts(token)
    assert good_token(connected.pk, connected.access_token) == token  # somebody has done it
    assert jira.jira_grants.renewals == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_renews_and_all_have_its_token(connected, jira):
    """Two workers and a page at the same moment."""
    ends_in(connected, seconds=-5)
    jira.jira_grants.exchange_seconds = 0.5

    def ask(_):
        try:
            return good_token(connected.pk)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(ask, range(8)))

    assert len(tokens) == 1
    assert jira.jira_grants.renewals == 1
    assert jira.jira_grants.exchanges == 2  # the first one was the code
    assert jira.jira_grants.accepts(tokens.pop())


def test_while_atlassian_is_down_the_old_one_is_used_to_its_end(connected, jira):
    ends_in(connected, minutes=2)
    jira.jira.change({"faults": {"503": 1.0}})
    assert good_token(connected.pk) == connected.access_token

    ends_in(connected, seconds=5)
    with pytest.raises(JiraDown):
        good_token(connected.pk)

    jira.jira.change({"faults": {}})
    assert good_token(connected.pk) != connected.access_token


def test_one_that_can_be_renewed_no_more_is_refused(connected, jira):
    jira.jira_grants.end_all(refreshes=True)
    ends_in(connected, minutes=2)

    with pytest.raises(JiraRefused, match="has ended"):
        good_token(connected.pk)


def test_whoever_died_while_renewing_is_not_waited_for_for_ever(connected, jira, settings):
    settings.JIRA_TIMEOUT = 1.0
    ends_in(connected, seconds=-5)
    begun = timezone.now() - timedelta(minutes=1)
    JiraConnection.objects.filter(pk=connected.pk).update(refreshing_since=begun)

    assert jira.jira_grants.accepts(good_token(connected.pk))


def test_a_pair_that_comes_after_the_team_has_connected_anew_is_dropped(
    connected, jira, monkeypatch
):
    from apps.jira import oauth

    ends_in(connected, seconds=-5)
    asked = oauth.renewed

    def connected_meanwhile(refresh_token):
        grant = asked(refresh_token)
        row = JiraConnection.objects.get(pk=connected.pk)
        row.hold("newer token", "newer refresh token", timezone.now() + timedelta(hours=1))
        row.save()
        return grant

    monkeypatch.setattr(oauth, "renewed", connected_meanwhile)

    with pytest.raises(JiraDown):
        good_token(connected.pk)

    assert good_token(connected.pk) == "newer token"
