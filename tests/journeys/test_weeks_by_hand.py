"""Every number of every week, as another program computes it from what GitHub answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.utils.module_loading import import_string

from apps.accounts.models import User
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.github.models import Person, PullRequest
from apps.metrics.models import CountingRules, MemberWeek, TeamWeek, WeekNumbers
from apps.operations.export import pull_requests
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.moves import move
from apps.teams.founding import found_team
from apps.teams.models import Team
from tests.journeys.stand_ins import StandIns, needs_shared, stand_ins
from tests.journeys.weeks_by_hand import Known, Pull, weeks_of_members, weeks_of_team

pytestmark = [pytest.mark.django_db, pytest.mark.shared, needs_shared]

DAYS = 190  # long enough for the clocks to change in each of the zones, in either half of a year
PAGE = 50
TOKEN = "ghp_by_hand"
LISTS = ("labels", "reviews", "commits", "files")
SKIPPED = (Status.COMPUTING_INSIGHTS, Status.PHASE1_COMPLETE, Status.BACKGROUND_INSIGHTS)

ASKED = """
query ByHand($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    defaultBranchRef { name }
    owner { ... on Organization { membersWithRole(first: 100) { nodes { login } } } }
    pullRequests(
      first: $first, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }
    ) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title body isDraft createdAt updatedAt mergedAt closedAt changedFiles
        baseRefName headRefName
        author { __typename login }
        labels(first: 10) { totalCount nodes { name } }
        timelineItems(first: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) { totalCount }
        reviews(first: 100) {
          totalCount nodes { state submittedAt author { __typename login } }
        }
        commits(first: 100) {
          totalCount nodes { commit { oid message authoredDate committedDate } }
        }
        files(first: 100) { totalCount nodes { path additions deletions } }
      }
    }
  }
}
"""
LAST_COMMITS = """
query LastCommits($id: ID!) {
  node(id: $id) { ... on PullRequest {
    commits(last: 100) { nodes { commit { oid message authoredDate committedDate } } }
  } }
}
"""


@dataclass(frozen=True)
class Said:
    """What a team says about its accounts, and the words by which it knows a hotfix."""

    bot: str  #: the login of a person's account that a script uses
    main: str
    other: str  #: the login of the person of `main`, too
    words: tuple[str, ...]

    def write_down(self, team: Team) -> None:
        people = Person.objects.filter(team=team)
        assert people.filter(login=self.bot).update(counts_as_bot=True)
        assert people.filter(login=self.other).update(same_as=people.get(login=self.main))
        CountingRules.objects.create(team=team, hotfix_words=list(self.words))

    def of(self, pull: Pull) -> Pull:
        """As GitHub would have it, had everybody the account that the team says."""
        reviews = [one | {"author": self._actor(one["author"])} for one in pull["reviews"]]
        return pull | {"author": self._actor(pull["author"]), "reviews": reviews}

    def _actor(self, actor: dict[str, Any] | None) -> dict[str, Any] | None:
        login = actor and actor["login"]
        changes = {self.bot: {"__typename": "Bot"}, self.other: {"login": self.main}}
        return actor and actor | changes.get(login, {})


#: Three of netbox's busiest.
SAID = Said("martin-hauser", main="jeremy-stretch", other="bctiemann", words=("bug", "fixes"))


@pytest.mark.parametrize(
    ("repository", "zone", "said"),
    [
        ("continuedev/continue", "America/New_York", None),
        ("netbox-community/netbox", "UTC", SAID),
        ("langchain-ai/langgraph", "Australia/Lord_Howe", None),  # where half an hour is changed
    ],
)
def test_every_number_of_every_week_is_the_one_computed_by_hand(
    settings, tmp_path, repository, zone, said
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"background_days": DAYS}
    with stand_ins(tmp_path, repository, page_seconds=0) as outside:
        settings.GITHUB_API_URL = outside.github
        settings.GITHUB_GRAPHQL_URL = f"{outside.github}/graphql"
        team = onboarded(repository, zone, said)
        given = known_of(team, repository, outside, said)

    assert_equal(stored_weeks(team), weeks_of_team(given))
    assert_equal(stored_member_weeks(team), weeks_of_members(given))


def onboarded(repository: str, zone: str, said: Said | None) -> Team:
    """
    By the steps of the pipeline themselves, one after the other, without a worker.

    Insights and the announcement write no number of a week, and are skipped as by the admin.
    """
    founder = User.objects.create_user(username="founder", email="founder@example.com")
    team = found_team(founder=founder, name="By hand")
    Team.objects.filter(pk=team.pk).update(time_zone=zone)
    connect(team, token=TOKEN, account_login=repository.partition("/")[0])
    select_repositories(team, [repository])
    move(team.pk, "start", actor="test")
    for status in STEPS:
        team.refresh_from_db()
        assert team.onboarding_pipeline_status == status, team.onboarding_pipeline_error
        if said and status == Status.BACKGROUND_METRICS:
            said.write_down(team)
        if status in SKIPPED:
            move(team.pk, "advance", actor="test")
        else:
            import_string(STEPS[status].task).run(team_id=team.pk, ticket=team.pipeline_ticket)
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.COMPLETE
    return team


# --- What GitHub answers ---


def known_of(team: Team, repository: str, outside: StandIns, said: Said | None) -> Known:
    """All that the other program starts from: GitHub's answers, and the AI classes."""
    assert team.onboarding_pipeline_started_at is not None
    since = team.onboarding_pipeline_started_at - timedelta(days=DAYS)
    about, pulls = asked(outside, repository, since)
    assert_as_the_truth(pulls, outside.truth()[repository], since)
    assert not PullRequest.objects.exclude(truncated=[]).exists()  # nothing is unknown to us
    return Known(
        pulls=[said.of(pull) for pull in pulls] if said else pulls,
        default_branch=about["defaultBranchRef"]["name"],
        members=frozenset(one["login"] for one in about["owner"]["membersWithRole"]["nodes"]),
        classes={row["number"]: row["ai_class"] for row in pull_requests(team)},
        since=since,
        now=TeamWeek.objects.filter(team=team).latest("week_start").computed_at,
        zone=ZoneInfo(team.time_zone),
        hotfix_words=said.words if said else (),
    )


def asked(outside: StandIns, repository: str, since: datetime) -> tuple[dict[str, Any], list[Pull]]:
    """The repository, and its pull requests since then with the whole of each list."""
    found: list[Pull] = []
    about: dict[str, Any] = {}
    for about in pages(outside, repository):
        nodes = about["pullRequests"]["nodes"]
        fresh = [one for one in nodes if datetime.fromisoformat(one["updatedAt"]) >= since]
        found += [flat(outside, repository, one) for one in fresh]
        if len(fresh) < len(nodes):
            break
    return about, found


def pages(outside: StandIns, repository: str) -> Iterator[dict[str, Any]]:
    owner, _, name = repository.partition("/")
    after = None
    while True:
        variables = {"owner": owner, "name": name, "first": PAGE, "after": after}
        about = ask(outside, ASKED, variables)["repository"]
        yield about
        if not about["pullRequests"]["pageInfo"]["hasNextPage"]:
            return
        after = about["pullRequests"]["pageInfo"]["endCursor"]


def flat(outside: StandIns, repository: str, node: dict[str, Any]) -> Pull:
    """One pull request with its lists as lists."""
    assert node["timelineItems"]["totalCount"] == 0  # never made ready: ready when opened
    pull = node | {name: node[name]["nodes"] for name in LISTS}
    missing = node["commits"]["totalCount"] - len(pull["commits"])
    if missing:
        rest = ask(outside, LAST_COMMITS, {"id": node["id"]})["node"]["commits"]["nodes"]
        pull["commits"] = pull["commits"] + rest[-missing:]
    pull["commits"] = [one["commit"] for one in pull["commits"]]
    for name in LISTS:
        assert len(pull[name]) == node[name]["totalCount"]
    return pull | {"repository": repository}


def ask(outside: StandIns, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(
        f"{outside.github}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=60,
    ).json()
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]
    return found


def assert_as_the_truth(pulls: list[Pull], truth: list[dict[str, Any]], since: datetime) -> None:
    """Nothing was lost on the way: each is there, with as many reviews, commits and files."""
    lists = ("reviews", "commits", "files")
    found = {pull["number"]: [len(pull[name]) for name in lists] for pull in pulls}
    assert found == {
        row["number"]: [row[name] for name in lists]
        for row in truth
        if datetime.fromisoformat(row["updatedAt"]) >= since
    }


# --- What is stored ---


def stored_weeks(team: Team) -> dict[Any, dict[str, Any]]:
    return {row.week_start: columns(row) for row in TeamWeek.objects.filter(team=team)}


def stored_member_weeks(team: Team) -> dict[Any, dict[str, Any]]:
    rows = MemberWeek.objects.filter(team=team).select_related("member")
    return {(row.member.login, row.week_start): columns(row) for row in rows}


def columns(row: WeekNumbers) -> dict[str, Any]:
    """Every column but those that say whose row this is and when it was computed."""
    keys = {"id", "team", "member", "week_start", "computed_at"}
    fields = row._meta.concrete_fields
    return {field.name: getattr(row, field.name) for field in fields if field.name not in keys}


def assert_equal(stored: dict[Any, dict[str, Any]], expected: dict[Any, dict[str, Any]]) -> None:
    """Row by row and column by column, so that a failure names what differs and nothing else."""
    assert sorted(stored) == sorted(expected)
    differing = {
        (key, name): (row.get(name, "no such column"), expected[key].get(name, "not computed"))
        for key, row in stored.items()
        for name in sorted({*row, *expected[key]})
        if row.get(name, "no such column") != expected[key].get(name, "not computed")
    }
    assert differing == {}, f"{len(differing)} differ (stored, by hand): {differing}"
