"""What GitHub's REST routes answer, told apart by what follows; scripted, as each is rare."""

import httpx
import pytest
import respx
from django.conf import settings

from apps.github.api.client import open_client
from apps.github.api.credentials import PlainToken, Priority, budget_of_installation
from apps.github.api.errors import (
    GitHubDown,
    GitHubForbidden,
    GitHubNotFound,
    GitHubRateLimited,
    GitHubTokenRejected,
    GitHubTooFast,
)
from apps.github.api.limiter import limiter_of
from apps.github.api.queries import VIEWER
from apps.github.api.rest import client as rest
from apps.github.connecting import oauth


@pytest.fixture
def github():
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401, json={"message": "Bad credentials"}), GitHubTokenRejected),
        (httpx.Response(404, json={"message": "Not Found"}), GitHubNotFound),
        (
            httpx.Response(403, json={"message": "This installation has been suspended"}),
            rest.InstallationSuspended,
        ),
        (httpx.Response(403, json={"message": "an IP allow list is enabled"}), GitHubForbidden),
        (httpx.Response(403, json={"message": "a secondary rate limit"}), GitHubTooFast),
        (httpx.Response(403, headers={"x-ratelimit-remaining": "0"}), GitHubRateLimited),
        (httpx.Response(429), GitHubTooFast),
        (httpx.Response(502, html="<h1>Bad Gateway</h1>"), GitHubDown),
        (httpx.Response(200, html="<h1>Unicorn</h1>"), GitHubDown),
        (httpx.Response(200, json=[]), GitHubDown),
        (httpx.Response(200, json={"installations": [{"id": 1}]}), GitHubDown),
        (httpx.Response(302, headers={"location": "http://127.0.0.1/"}), GitHubForbidden),
    ],
)
def test_every_refusal_has_its_name(github, answer, error):
    github.get(path="/user/installations").mock(return_value=answer)

    with pytest.raises(error) as caught:
        rest.installations("ghu_secret")

    assert "ghu_secret" not in str(caught.value)
    assert "Bad Gateway" not in str(caught.value)


def test_a_limit_says_how_long(github):
    github.get(path="/user/installations").mock(
        return_value=httpx.Response(429, headers={"retry-after": "17"})
    )

    with pytest.raises(GitHubTooFast) as caught:
        rest.installations("ghu_secret")

    assert caught.value.retry_after == 17


def test_a_pause_that_github_wants_of_one_api_holds_back_the_other(github):
    token = PlainToken("ghu_secret")
    rest_route = github.get(path="/user/installations").mock(
        return_value=httpx.Response(429, headers={"retry-after": "17"})
    )
    with pytest.raises(GitHubTooFast):
        rest.installations(token.value)

    with open_client(token) as client, pytest.raises(GitHubTooFast) as caught:
        client.query(VIEWER)
    with pytest.raises(GitHubTooFast):
        rest.membership(token.value, "acme")

    assert 16 < caught.value.retry_after <= 17
    assert rest_route.call_count == github.calls.call_count == 1


def test_a_pause_that_github_does_not_name_is_a_minute_and_doubles(github):
    github.get(path="/user/installations").mock(return_value=httpx.Response(429))

    with pytest.raises(GitHubTooFast, match="GitHub asks for a pause until") as caught:
        rest.installations("ghu_secret")

    assert caught.value.retry_after == 60


def test_used_up_points_of_rest_leave_graphql_open(github):
    github.get(path="/user/installations").mock(
        return_value=httpx.Response(403, headers={"x-ratelimit-remaining": "0"})
    )
    graphql = github.post(settings.GITHUB_GRAPHQL_URL).mock(
        return_value=httpx.Response(200, json={"data": {"viewer": {"login": "ada"}}})
    )
    with pytest.raises(GitHubRateLimited):
        rest.installations("ghu_secret")

    with open_client("ghu_secret") as client:
        client.query(VIEWER)

    assert graphql.call_count == 1


def test_a_token_is_minted_within_the_installations_own_limits(github):
    limiter = limiter_of(budget_of_installation(42), priority=Priority.PHASE1)
    with pytest.raises(GitHubTooFast), limiter.enter():
        raise GitHubTooFast("pause", retry_after=30)

    for ask in (rest.installation_token, rest.installation):
        with pytest.raises(GitHubTooFast, match="GitHub asks for a pause until"):
            ask(42, "jwt")

    assert not github.calls


def test_points_that_are_used_up_come_back_when_github_says(github):
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1700001800",
        "date": "Tue, 14 Nov 2023 22:13:20 GMT",  # 1700000000
    }
    github.get(path="/user/installations").mock(return_value=httpx.Response(403, headers=headers))

    with pytest.raises(GitHubRateLimited) as caught:
        rest.installations("ghu_secret")

    assert caught.value.retry_after == 1800


@pytest.mark.parametrize(
    ("answer", "is_owner"),
    [
        ({"state": "active", "role": "admin"}, True),
        ({"state": "active", "role": "member"}, False),
        ({"state": "active", "role": "billing_manager"}, False),
        ({"state": "pending", "role": "admin"}, False),
    ],
)
def test_only_an_owner_who_has_accepted_is_one(github, answer, is_owner):
    github.get(path="/user/memberships/orgs/acme").mock(
        return_value=httpx.Response(200, json={**answer, "organization": {"id": 7}})
    )

    assert rest.membership("ghu_secret", "acme") == rest.Membership(7, is_owner)


def test_a_membership_that_cannot_be_read_is_none(github):
    github.get(path="/user/memberships/orgs/acme").mock(
        return_value=httpx.Response(200, json={"state": "active", "role": "admin"})
    )

    with pytest.raises(GitHubDown):
        rest.membership("ghu_secret", "acme")


def test_a_long_list_is_read_to_its_end(github):
    def page(request):
        number, size = (int(request.url.params[name]) for name in ("page", "per_page"))
        ids = range(1, 251)[(number - 1) * size : number * size]
        account = {"login": "acme", "id": 7, "type": "Organization"}
        return httpx.Response(
            200, json={"installations": [{"id": each, "account": account} for each in ids]}
        )

    github.get(path="/user/installations").mock(side_effect=page)

    assert [each.id for each in rest.installations("ghu_secret")] == list(range(1, 251))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("bad_verification_code", oauth.NOT_CONFIRMED),
        ("incorrect_client_credentials", oauth.OUR_FAULT),
        ("redirect_uri_mismatch", oauth.OUR_FAULT),
        ("something new", oauth.NOT_CONFIRMED),
    ],
)
def test_an_error_with_status_200_is_one(github, error, said):
    github.post(f"{settings.GITHUB_WEB_URL}/login/oauth/access_token").mock(
        return_value=httpx.Response(200, json={"error": error, "error_description": "<b>"})
    )

    with pytest.raises((GitHubTokenRejected, oauth.SiteNotAccepted)) as caught:
        oauth.exchange("code", verifier="v", redirect_uri="http://testserver/")

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={"error": "bad_refresh_token"}), GitHubTokenRejected),
        (httpx.Response(200, json={"error": "temporarily_unavailable"}), GitHubDown),
        (httpx.Response(200, json={"error": "something new"}), GitHubDown),
        (
            httpx.Response(200, json={"error": "incorrect_client_credentials"}),
            oauth.SiteNotAccepted,
        ),
        (httpx.Response(401), GitHubDown),
        (httpx.Response(404), GitHubNotFound),
    ],
)
def test_a_sign_in_has_ended_only_where_github_says_so(github, answer, error):
    """For that alone its tokens are thrown away."""
    github.post(f"{settings.GITHUB_WEB_URL}/login/oauth/access_token").mock(return_value=answer)

    with pytest.raises(error):
        oauth.refreshed("ghr_secret")


def test_a_grant_does_not_tell_its_tokens():
    grant = oauth.Grant("gho_secret", "ghr_secret", None, "repo")

    assert "secret" not in repr(grant)


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("repo,read:org", ()),
        ("repo read:org gist", ()),
        ("repo,admin:org", ()),
        ("public_repo,read:org", ("repo",)),
        ("", ("repo", "read:org")),
    ],
)
def test_which_scopes_are_missing(granted, missing):
    assert oauth.missing_scopes(granted) == missing
