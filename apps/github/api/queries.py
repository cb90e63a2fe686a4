"""
The questions that we ask GitHub, each with its price in points (of 5,000 an hour, or more).

Price: one request per parent and connection, divided by 100, at least 1. The budget is read from
the headers of every answer, so no query asks for `rateLimit`. tests/github/test_queries.py
validates all of them against GitHub's public schema.
"""

from collections.abc import Sequence

CHILD_PAGE = 100  # children a page when a long list is followed to its end
MOST_TOGETHER = 10  # long lists that are followed in one request
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


#: The lists of a pull request: what an item of each is, and the fragments that it needs.
LISTS = {
    "labels": (_LABEL, ""),
    "reviews": (_REVIEW, _ACTOR),
    "commits": (_COMMIT, ""),
    "files": (_FILE, ""),
}


def _next(name: str, after: str) -> str:
    fields, _ = LISTS[name]
    page = f"{name}(first: $first, after: {after}) {{ {_PAGE} nodes {{ {fields} }} }}"
    return f"... on PullRequest {{ {page} }}"


def _more(name: str) -> str:
    return (
        f"query More_{name}($id: ID!, $first: Int!, $after: String)"
        f" {{ node(id: $id) {{ {_next(name, '$after')} }} }}" + LISTS[name][1]
    )


#: Further pages of one of a pull request's lists. 1 point for 100.
MORE = {name: _more(name) for name in LISTS}


def more_together(names: Sequence[str]) -> str:
    """
    Further pages of several lists, of any pull requests, in one request. 1 point for ten of 100.

    :param names: of `LISTS`. The n-th, from 0, is the answer's `listn`, of the pull request `$idn`
        after `$aftern`.
    """
    variables = "".join(f", $id{n}: ID!, $after{n}: String" for n in range(len(names)))
    lists = " ".join(
        f"list{n}: node(id: $id{n}) {{ {_next(name, f'$after{n}')} }}"
        for n, name in enumerate(names)
    )
    fragments = {LISTS[name][1] for name in names}
    return f"query MoreLists($first: Int!{variables}) {{ {lists} }}" + "".join(fragments)


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
