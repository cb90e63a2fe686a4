"""A pull request's texts, as the marks and the model read them: plain values, no rows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from apps.github.models import Commit, PullRequest

READ_CHILDREN = ("commits", "labels")  # of a pull request, those in which marks stand


@dataclass(frozen=True)
class CommitText:
    """One commit. `author_email` is empty unless it is a tool's own address."""

    message: str
    author_name: str = ""
    author_login: str = ""
    author_email: str = ""


@dataclass(frozen=True)
class PullRequestText:
    """
    Everything that is read of a pull request.

    `author` is the login with its "[bot]": without it `claude` is a person of that name.
    """

    title: str
    body: str = ""
    author: str = ""
    author_id: int | None = None  #: GitHub's number of the account, which never changes
    branch: str = ""
    labels: tuple[str, ...] = ()
    commits: tuple[CommitText, ...] = ()
    missing: tuple[str, ...] = ()  #: of READ_CHILDREN, those of which GitHub told only a part

    def fingerprint(self) -> str:
        """
        SHA-256 of the texts: the same ones give the same value on every machine.

        Without the author's number: it comes and stays with the login, and says nothing new.
        """
        texts = asdict(self)
        del texts["author_id"]
        return hashlib.sha256(
            json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()


def text_of(pull_request: PullRequest, commits: Iterable[Commit]) -> PullRequestText:
    """Read one row; its author must be loaded."""
    return PullRequestText(
        title=pull_request.title,
        body=pull_request.body,
        author=pull_request.author.handle,
        author_id=pull_request.author.github_id,
        branch=pull_request.head_ref,
        labels=tuple(pull_request.labels),
        missing=tuple(name for name in READ_CHILDREN if name in pull_request.truncated),
        commits=tuple(
            CommitText(
                message=commit.message,
                author_name=commit.author_name,
                author_login=commit.author_login,
                author_email=commit.author_tool_email,
            )
            for commit in commits
        ),
    )
