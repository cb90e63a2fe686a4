"""All that is asked of GitHub for one page has one end, however it is asked."""

import time

import httpx
import pytest
import respx

from apps.github.api.client import open_client
from apps.github.api.errors import GitHubDown, GitHubTimeout
from apps.github.api.patience import at_most, ends_at, seconds_left
from apps.github.api.queries import VIEWER
from apps.github.api.rest import client as rest


def test_a_client_that_was_opened_for_a_page_asks_nothing_after_its_end(github):
    with (
        at_most(0.0),
        open_client("ghp_secret") as client,
        pytest.raises(GitHubTimeout, match="took too long"),
    ):
        client.query(VIEWER)

    assert not github.asked


def test_within_its_time_a_page_is_answered_and_outside_nothing_ends(github):
    with at_most(60.0), open_client("ghp_secret") as client:
        client.query(VIEWER)
    assert ends_at() is None

    with open_client("ghp_secret") as client:
        client.query(VIEWER)

    assert len(github.asked) == 2


def test_rest_ends_with_the_page_too(github):
    with at_most(0.0), pytest.raises(GitHubDown):
        rest.membership("ghu_secret", "acme")


def test_inside_of_another_no_more_is_left_than_that_one_has(github):
    with at_most(0.0), at_most(60.0), pytest.raises(GitHubDown):
        rest.membership("ghu_secret", "acme")


def test_a_token_is_revoked_however_little_time_the_page_has_left(settings):
    settings.GITHUB_CLIENT_ID = "Iv1.test"
    with respx.mock as router, at_most(0.0):
        route = router.delete(path__regex=r"/applications/Iv1\.test/token$")
        route.mock(return_value=httpx.Response(204))
        rest.forget("ghu_secret")

    assert route.called


@pytest.mark.parametrize(("ends_in", "left"), [(None, 20.0), (60.0, 20.0), (-5.0, 0.0)])
def test_what_is_left_is_never_more_than_asked_for_and_never_less_than_nothing(ends_in, left):
    assert seconds_left(20.0, ends_in and time.monotonic() + ends_in) == left
