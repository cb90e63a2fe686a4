"""GraphQL over real HTTP: the same answers as GitHub's to the questions of an import."""

DETAILS = """
query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on PullRequest {
  id databaseId fullDatabaseId number title body state isDraft url createdAt updatedAt publishedAt
  mergedAt closedAt additions deletions changedFiles baseRefName headRefName
  author { ...actor } mergedBy { ...actor } labels(first: 10) { nodes { name } }
  reviews(first: 100) { totalCount nodes { id fullDatabaseId state submittedAt author { login } } }
  commits(first: 100) { totalCount nodes { commit {
    oid message authoredDate committedDate author { name email user { login } } } } }
  files(first: 100) { totalCount nodes { path additions deletions changeType } }
  timelineItems(first: 20, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {
    nodes { __typename ... on ReadyForReviewEvent { createdAt } } }
} } }
fragment actor on Actor { __typename login
  ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId }
  ... on EnterpriseUserAccount { user { databaseId } } ... on Organization { databaseId } }
"""
KEYS = """
query ($owner: String!, $name: String!, $after: String, $field: IssueOrderField!,
       $direction: OrderDirection!) {
  repository(owner: $owner, name: $name) { pullRequests(
    first: 40, after: $after, orderBy: {field: $field, direction: $direction}
  ) { totalCount pageInfo { hasNextPage endCursor } nodes { id updatedAt createdAt } } }
}
"""


def all_keys(ask, repository, field, direction):
    rows, after = [], None
    while True:
        page = ask(
            KEYS,
            owner="northwind-labs",
            name=repository,
            after=after,
            field=field,
            direction=direction,
        )["data"]["repository"]["pullRequests"]
        rows += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(rows)
            return rows


def test_a_walk_by_last_update_meets_every_pull_request_once(ask, world):
    rows = all_keys(ask, "harbor", "UPDATED_AT", "DESC")

    known = world.pull_requests_by_repository["northwind-labs/harbor"]
    assert sorted(row["id"] for row in rows) == sorted(pull.id for pull in known)
    assert [row["updatedAt"] for row in rows] == sorted(
        (row["updatedAt"] for row in rows), reverse=True
    )


def test_a_walk_by_creation_can_go_forwards(ask):
    created = [row["createdAt"] for row in all_keys(ask, "lantern-web", "CREATED_AT", "ASC")]

    assert created == sorted(created)


def test_details_of_every_pull_request_are_the_worlds(ask, world):
    for start in range(0, len(world.pull_requests), 100):
        known = world.pull_requests[start : start + 100]

        body = ask(DETAILS, ids=[pull.id for pull in known])

        assert "errors" not in body
        for pull, node in zip(known, body["data"]["nodes"], strict=True):
            assert node["fullDatabaseId"] == str(pull.full_database_id)
            assert node["additions"] == sum(file.additions for file in pull.files)
            assert (node["author"] or {}).get("login") == (pull.author and pull.author.login)
            assert node["commits"]["totalCount"] == len(pull.commits)
            assert [r["state"] for r in node["reviews"]["nodes"]] == [r.state for r in pull.reviews]
            assert len(node["timelineItems"]["nodes"]) == len(pull.timeline_items)


def test_children_beyond_one_page_are_found_by_their_cursor(ask, world):
    largest = max(world.pull_requests, key=lambda pull: len(pull.commits))
    query = """query ($id: ID!, $after: String) { node(id: $id) { ... on PullRequest {
      commits(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { commit { oid } } } } } }"""

    oids, after, more = [], None, True
    while more:
        page = ask(query, id=largest.id, after=after)["data"]["node"]["commits"]
        oids += [node["commit"]["oid"] for node in page["nodes"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert oids == [commit.oid for commit in largest.commits]


def test_the_account_tells_its_members_and_its_repositories_by_activity(ask):
    body = ask("""{ repositoryOwner(login: "Northwind-Labs") { __typename login
      ... on Organization {
        membersWithRole(first: 100) { totalCount edges { role node { login } } } }
      repositories(first: 10, orderBy: {field: PUSHED_AT, direction: DESC}) {
        nodes { nameWithOwner pushedAt defaultBranchRef { name } } } } }""")

    owner = body["data"]["repositoryOwner"]
    pushed = [node["pushedAt"] for node in owner["repositories"]["nodes"]]
    assert owner["__typename"] == "Organization"
    assert owner["membersWithRole"]["totalCount"] == 12
    assert owner["membersWithRole"]["edges"][0]["role"] == "ADMIN"
    assert len(pushed) == 4
    assert pushed == sorted(pushed, reverse=True)


def test_what_is_not_there_is_null_with_githubs_error(ask):
    body = ask('{ repository(owner: "northwind-labs", name: "gone") { id } viewer { login } }')

    assert body["data"] == {"repository": None, "viewer": {"login": "mira-okafor"}}
    assert body["errors"][0]["type"] == "NOT_FOUND"
    assert body["errors"][0]["path"] == ["repository"]


def test_an_unknown_id_among_known_ones_is_null_in_its_place(ask, world):
    known = world.pull_requests[0].id

    body = ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["PR_gone", known])

    assert body["data"]["nodes"] == [None, {"id": known}]
    assert body["errors"][0]["path"] == ["nodes", 0]


def test_more_than_a_hundred_ids_are_refused(ask):
    body = ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101)

    assert body["errors"][0]["type"] == "ARGUMENT_LIMIT"


def test_a_page_needs_a_size_of_at_most_a_hundred(ask):
    query = '{ organization(login: "northwind-labs") { repositories%s { totalCount } } }'

    assert ask(query % "")["errors"][0]["type"] == "MISSING_PAGINATION_BOUNDARIES"
    assert ask(query % "(first: 101)")["errors"][0]["type"] == "EXCESSIVE_PAGINATION"


def test_a_field_that_does_not_exist_is_refused_as_a_whole(ask):
    assert "data" not in ask("{ viewer { shoeSize } }")


def test_a_query_costs_by_its_shape_and_the_headers_tell_what_is_left(github, world):
    ids = [pull.id for pull in world.pull_requests[:25]]
    query = """query ($ids: [ID!]!) { rateLimit { cost nodeCount } nodes(ids: $ids) {
      ... on PullRequest {
        reviews(first: 25) { nodes { id } } commits(first: 50) { totalCount } } } }"""

    reply = github.post("/graphql", json={"query": query, "variables": {"ids": ids}})

    assert reply.json()["data"]["rateLimit"] == {"cost": 1, "nodeCount": 25 + 25 * 75}
    assert int(reply.headers["x-ratelimit-remaining"]) < int(reply.headers["x-ratelimit-limit"])


def test_a_query_that_could_return_too_many_nodes_is_refused(ask):
    query = """{ organization(login: "northwind-labs") { repositories(first: 100) { nodes {
      pullRequests(first: 100) { nodes { commits(first: 100) { totalCount } } } } } } }"""

    assert ask(query)["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"
