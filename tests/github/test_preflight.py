"""Before anything is read: counts of the most active repositories, and what may be missing."""

import re
import threading
from datetime import timedelta

import pytest
import respx
from django.conf import settings

from apps.github.api import payloads
from apps.github.api.client import open_client
from apps.github.api.errors import GitHubTokenRejected
from apps.github.api.facts import Owner
from apps.github.api.replies import NOT_FOUND
from apps.github.choosing import preflight
from apps.github.choosing.preflight import COUNTED, COUNTING_AT_ONCE, SEARCHES, Counts
from apps.github.models import TrackedRepository
from tests.github.fakes import NOW, FakeGitHub, data, problem
from tests.github.faults import always, bad_gateway, once, too_fast

pytestmark = pytest.mark.django_db

ACME = Owner(login="acme", kind="organization", github_id=7, name="Acme")
ADA = Owner(login="ada", kind="user", github_id=8, name="Ada")
COUNTING, ORGANIZATIONS, MEMBERS = "PullRequestCounts", "Organizations", "Members"
RECENT, WHOLE = NOW - timedelta(days=30), NOW - timedelta(days=90)


@pytest.fixture
def searched():
    """Every search, in the order in which it was asked."""
    return []


@pytest.fixture
def counting(github, searched):
    """GitHub counts 12 since RECENT and 40 since WHOLE, in every repository."""

    def answer(operation, variables):
        if operation != COUNTING:
            return None
        searched.extend(variables.values())
        counts = {
            name.replace("q", "a"): {"issueCount": 12 if f"{RECENT:%Y-%m-%d}" in words else 40}
            for name, words in variables.items()
        }
        limit = {"remaining": 4000, "resetAt": "2026-06-01T13:00:00Z"}
        return data({**counts, "rateLimit": limit})

    github.faults.append(answer)
    return github


@pytest.fixture
def look(github):
    def at(account=ACME, chosen=()):
        listed = [payloads.repository(raw) for raw in github.repositories.values()]
        with open_client(f"ghp_{id(github)}") as client:  # a budget of its own
            return preflight.look(client, account, listed, chosen, recent=RECENT, whole=WHOLE)

    return at


def test_each_repository_is_counted_in_both_windows(counting, look, searched):
    counting.add_repository("acme/web")
    counting.add_repository("acme/api")

    findings = look()

    assert findings.counts == {"acme/web": Counts(12, 40), "acme/api": Counts(12, 40)}
    assert (findings.budget.remaining, findings.trouble) == (4000, "")
    assert sorted(searched) == [
        f"repo:acme/{name} is:pr updated:>={since:%Y-%m-%dT%H:%M:%SZ}"
        for name in ("api", "web")
        for since in (WHOLE, RECENT)
    ]


def test_only_the_most_active_ones_are_counted_many_in_one_request(counting, look, searched):
    for number in range(COUNTED + 5):
        counting.add_repository(f"acme/{number}")

    assert len(look().counts) == COUNTED
    assert counting.count(COUNTING) == -(-2 * COUNTED // SEARCHES)
    assert not any(f"repo:acme/{COUNTED} " in words for words in searched)


def test_no_more_than_two_requests_search_at_once():
    """Beneath httpx, because the fake GitHub answers one after another."""
    here, peaks, two = [], [], threading.Barrier(2)

    def answer(request):
        if COUNTING in request.content.decode():
            here.append(COUNTING)
            two.wait(timeout=10)  # passes only if two are here at once
            peaks.append(len(here))
            two.wait(timeout=10)
            here.pop()
        return data({"rateLimit": None, "viewer": {"organizations": {"nodes": []}}})

    github = FakeGitHub()
    for number in range(2 * SEARCHES):  # four requests
        github.add_repository(f"acme/{number}")
    listed = [payloads.repository(raw) for raw in github.repositories.values()]
    with respx.mock as router, open_client("ghp_secret") as client:
        router.post(settings.GITHUB_GRAPHQL_URL).mock(side_effect=answer)
        preflight.look(client, ADA, listed, [], recent=RECENT, whole=WHOLE)

    assert peaks == [COUNTING_AT_ONCE] * 4


@pytest.mark.parametrize(
    "marks", [{"isArchived": True}, {"isDisabled": True}, {"defaultBranchRef": None}]
)
def test_what_cannot_change_any_more_is_not_counted(counting, look, marks):
    counting.add_repository("acme/still", **marks)

    assert look().counts == {}
    assert counting.count(COUNTING) == 0


def test_a_count_that_github_leaves_out_is_missing_alone_and_said(github, look):
    github.add_repository("acme/web")
    github.add_repository("acme/api")
    counts = {"a0": {"issueCount": 3}, "a1": {"issueCount": 9}, "a2": None, "a3": {"issueCount": 1}}
    gone = problem("RESOURCE_LIMITS_EXCEEDED", "a2")
    github.faults.append(once(COUNTING, data({**counts, "rateLimit": None}, gone)))

    findings = look()

    assert findings.counts == {"acme/web": Counts(3, 9)}
    assert findings.trouble == "GitHub did not count some of the pull requests."
    assert findings.budget is None


def test_a_search_that_lags_never_makes_the_longer_window_the_smaller_one(github, look):
    github.add_repository("acme/web")
    counts = {"a0": {"issueCount": 5}, "a1": {"issueCount": 4}}
    github.faults.append(once(COUNTING, data({**counts, "rateLimit": None})))

    assert look().counts == {"acme/web": Counts(5, 5)}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (bad_gateway, "GitHub has trouble answering (status 502)."),
        (lambda: data({}, problem("FORBIDDEN")), "GitHub did not count some"),
    ],
)
def test_a_github_that_does_not_count_says_so_and_nothing_else_is_lost(
    github, look, reply, sentence
):
    github.add_repository("acme/web")
    github.faults.append(always(COUNTING, reply))
    github.faults.append(always(MEMBERS, lambda: refused("organization")))

    findings = look()

    assert findings.counts == {}
    assert findings.trouble.startswith(sentence)
    assert findings.are_members_hidden


def test_a_limit_says_until_when_there_are_no_counts(github, look):
    github.add_repository("acme/web")
    github.faults.append(always(COUNTING, lambda: too_fast(600)))

    assert look().trouble.startswith(
        "Much was asked in a short time: GitHub asks for a pause until"
    )


def refused(*path, **extra):
    return data({path[0]: None}, problem("FORBIDDEN", *path, **extra))


def test_a_token_that_is_rejected_meanwhile_is_for_the_caller(github, look):
    github.add_repository("acme/web")
    rejected = always(COUNTING, lambda: refused_token())
    github.faults.append(rejected)

    with pytest.raises(GitHubTokenRejected):
        look()


def refused_token():
    reply = bad_gateway()
    reply.status_code = 401
    return reply


def test_an_organisation_that_wants_an_authorisation_is_noticed_with_its_link(github, look):
    hidden = problem(
        "FORBIDDEN", "viewer", "organizations", "nodes", 0, extensions={"saml_failure": True}
    )
    reply = data({"viewer": {"organizations": {"nodes": [None], "pageInfo": {}}}}, hidden)
    reply.headers["x-github-sso"] = "required; url=https://github.com/orgs/acme/sso?token=1"
    github.faults.append(once(ORGANIZATIONS, reply))

    findings = look()

    assert findings.wants_sso
    assert findings.sso_link == "https://github.com/orgs/acme/sso?token=1"


def test_a_personal_account_has_no_members_to_be_listed(github, look):
    look(Owner(login="ada", kind="user", github_id=1, name="Ada"))

    assert github.count(MEMBERS) == 0


def test_what_was_chosen_and_is_gone_is_named_with_the_reason(github, look, team):
    kept = github.add_repository("acme/kept")
    rows = [
        TrackedRepository(pk=1, team=team, name_with_owner="acme/gone", node_id="R_gone"),
        TrackedRepository(pk=2, team=team, name_with_owner="acme/elsewhere", node_id=kept),
    ]
    github.faults.append(always(COUNTING, bad_gateway))

    assert look(chosen=rows).unreachable == {"acme/gone": NOT_FOUND}


def test_what_is_searched_for_is_never_a_part_of_the_query():
    document = preflight.counting_document(3)

    assert re.findall(r"search\(query: (\S+),", document) == ["$q0", "$q1", "$q2"]
