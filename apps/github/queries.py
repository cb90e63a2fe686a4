"""
The questions that we ask GitHub, each with its price in points (of 5,000 an hour, or more).

Price: one request per parent and connection, divided by 100, at least 1. The budget is read from
the headers of every answer, so no query asks for `rateLimit`. tests/github/test_queries.py
validates all of them against GitHub's public schema.
"""

CHILD_PAGE = 100  # children a page when a long list is followed to its end
KEY_PAGE = 100  # keys a page: GitHub's largest

_ACTOR = """
fragment actor on Actor {
  __typename login
  ... on User { databaseId name }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId name }
  ... on EnterpriseUserAccount { name user { databaseId } }
}
"""

_REPOSITORY = """
fragment repository on Repository {
  __typename id databaseId nameWithOwner isPrivate isArchived isFork isDisabled pushedAt
  defaultBranchRef { name }
}
"""

_PAGE = "totalCount pageInfo { hasNextPage endCursor }"
_LABEL = "name"
_REVIEW = "id state submittedAt author { ...actor }"
_COMMIT = """
  commit { oid message authoredDate committedDate author { name email user { login } } }
"""
_FILE = "path additions deletions changeType"

#: Whose token this is. 1 point.
VIEWER = "query Viewer { viewer { __typename login databaseId name } }"

#: The organisations that the token's owner belongs to, 100 a page. 1 point.
ORGANIZATIONS = """
query Organizations($after: String) {
  viewer { organizations(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { __typename login databaseId name }
  } }
}
"""

#: What kind of account a login is. 1 point.
ACCOUNT = """
query Account($login: String!) {
  repositoryOwner(login: $login) {
    __typename login ... on User { databaseId name } ... on Organization { databaseId name }
  }
}
"""

_REPOSITORIES = """
  repositories(
    first: 100, after: $after, ownerAffiliations: [OWNER]
    orderBy: { field: PUSHED_AT, direction: DESC }
  ) { totalCount pageInfo { hasNextPage endCursor } nodes { ...repository } }
"""

#: An account's repositories, the most active first, 100 a page. 1 point.
OWNER_REPOSITORIES = (
    "query OwnerRepositories($login: String!, $after: String) {"
    f" repositoryOwner(login: $login) {{ {_REPOSITORIES} }} }}" + _REPOSITORY
)

#: The same of the token's owner. 1 point.
VIEWER_REPOSITORIES = (
    f"query ViewerRepositories($after: String) {{ viewer {{ {_REPOSITORIES} }} }}" + _REPOSITORY
)

#: One repository by name; a renamed one is found by its old name. 1 point.
REPOSITORY = (
    "query Repository($owner: String!, $name: String!) {"
    " repository(owner: $owner, name: $name) { ...repository } }" + _REPOSITORY
)

#: Up to 100 repositories by id, whatever they are called now. 1 point.
REPOSITORIES_BY_ID = (
    "query RepositoriesById($ids: [ID!]!) { nodes(ids: $ids) { ...repository } }" + _REPOSITORY
)

#: An organisation's members, 100 a page. 1 point.
MEMBERS = """
query Members($login: String!, $after: String) {
  organization(login: $login) { membersWithRole(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { __typename login databaseId name }
  } }
}
"""

#: The keys of a repository's pull requests, the latest update first. 1 point for 100.
#: Without `states`: two of them together time out on large repositories. On request with GitHub's
#: own count of the window, from its search: `first` is only there because some servers insist.
PULL_REQUEST_KEYS = """
query PullRequestKeys(
  $repository: ID!, $first: Int!, $after: String, $counting: String!, $isCounted: Boolean!
) {
  node(id: $repository) { ... on Repository {
    pullRequests(
      first: $first, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }
    ) { pageInfo { hasNextPage endCursor } nodes { id number updatedAt } }
  } }
  search(query: $counting, type: ISSUE, first: 1) @include(if: $isCounted) { issueCount }
}
"""

#: Pull requests by id, with the first page of each list. 1 point and 3,625 nodes for 25.
PULL_REQUEST_DETAILS = (
    "query PullRequestDetails($ids: [ID!]!, $commits: Boolean!, $files: Boolean!) {"
    f"""
  nodes(ids: $ids) {{ __typename ... on PullRequest {{
    id fullDatabaseId number title body state isDraft createdAt updatedAt mergedAt closedAt
    additions deletions changedFiles baseRefName headRefName
    isCrossRepository headRepository {{ nameWithOwner }}
    author {{ ...actor }} mergedBy {{ ...actor }}
    timelineItems(last: 10, itemTypes: [READY_FOR_REVIEW_EVENT]) {{
      nodes {{ ... on ReadyForReviewEvent {{ createdAt }} }}
    }}
    labels(first: 10) {{ {_PAGE} nodes {{ {_LABEL} }} }}
    reviews(first: 25) {{ {_PAGE} nodes {{ {_REVIEW} }} }}
    commits(first: 50) @include(if: $commits) {{ {_PAGE} nodes {{ {_COMMIT} }} }}
    files(first: 50) @include(if: $files) {{ {_PAGE} nodes {{ {_FILE} }} }}
  }} }}
}}""" + _ACTOR
)


def _more(connection: str, fields: str, fragments: str = "") -> str:
    return (
        f"query More_{connection}($id: ID!, $first: Int!, $after: String) {{"
        f" node(id: $id) {{ ... on PullRequest {{"
        f" {connection}(first: $first, after: $after) {{ {_PAGE} nodes {{ {fields} }} }} }} }} }}"
        + fragments
    )


#: Further pages of one pull request's lists. 1 point for 100.
MORE = {
    "labels": _more("labels", _LABEL),
    "reviews": _more("reviews", _REVIEW, _ACTOR),
    "commits": _more("commits", _COMMIT),
    "files": _more("files", _FILE),
}

ALL = (
    VIEWER,
    ORGANIZATIONS,
    ACCOUNT,
    OWNER_REPOSITORIES,
    VIEWER_REPOSITORIES,
    REPOSITORY,
    REPOSITORIES_BY_ID,
    MEMBERS,
    PULL_REQUEST_KEYS,
    PULL_REQUEST_DETAILS,
    *MORE.values(),
)
