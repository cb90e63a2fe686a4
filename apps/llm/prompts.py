"""What is sent about one pull request, and what never is."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.crypto import salted_hmac

from apps.llm import normalise
from apps.llm.redacting import INVISIBLE, redacted
from apps.llm.texts import PullRequestText

VERSION = "read_pull_request_v2"
BODY_CHARS, COMMITS_CHARS, COMMIT_CHARS, TITLE_CHARS = 4000, 2000, 400, 300
CUT = "\n[… cut …]\n"
MOST_COMMITS = 250  # that are looked at; GitHub tells no more of one pull request
WORDS, RUN = re.compile(r"\w+"), 8  # so many words of the prompt in a row are no accident


@dataclass(frozen=True)
class Question:
    """One pull request as the model gets it: the same for the same texts."""

    document: str

    @property
    def is_cut(self) -> bool:
        """Whether the model reads less than the pull request says."""
        return CUT.strip() in self.document

    def input_hash(self) -> str:
        """SHA-256 of what is sent, without the random frame: the key of the answer."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    def framed(self) -> str:
        """The user's message: the document in a frame that its author cannot forge."""
        frame = f"===== {secrets.token_hex(8)} ====="
        return f"{frame}\n{self.document}\n{frame}"

    def halved(self) -> "Question":
        """The same with half of the text, for a limit that it was too large for."""
        return Question(head_and_tail(self.document, len(self.document) // 2))


@cache
def system_prompt() -> str:
    """The first and unchanging part of every request, so that Groq may cache it."""
    text = (Path(__file__).parent / "prompts" / f"{VERSION}.md").read_text(encoding="utf-8")
    return text.replace("{canary}", canary())


@cache
def canary() -> str:
    """
    A word that stands in the instructions and nowhere else: who writes it gives them away.

    Of this installation and the same in all its processes: a batch is answered to another one.
    """
    return salted_hmac("apps.llm.prompts", "canary").hexdigest()[:12]


def gives_away(text: str) -> bool:
    """Whether a text holds the canary, however it is spaced, or some words of the prompt."""
    bare = "".join(letter for letter in text.lower() if letter.isalnum())
    if canary() in bare or canary()[::-1] in bare:
        return True
    words = WORDS.findall(text.lower())
    runs = (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return any(run in _runs_of_prompt() for run in runs)


@cache
def _runs_of_prompt() -> frozenset[tuple[str, ...]]:
    words = WORDS.findall(system_prompt().lower())
    return frozenset(tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def question_about(text: PullRequestText, *, repositories: Iterable[str] = ()) -> Question:
    """
    Make the question: what the author says, without code, quotes and bots' blocks; head and tail.

    Without what `redacted` takes out. Labels and the branch stay out: they are marks, and marks are
    for code.

    :param repositories: the team's, whose names do not leave.
    """
    description = _words(text.body, repositories, title=text.title)
    commits, left = [], COMMITS_CHARS
    for commit in text.commits[:MOST_COMMITS]:
        message = head_and_tail(_words(commit.message, repositories), COMMIT_CHARS)
        if len(message) > left:
            commits.append(CUT.strip())
            break
        if message:
            commits.append(f"- {message}")
        left -= len(message) + 1
    return Question(
        f"TITLE\n{head_and_tail(_words(text.title, repositories), TITLE_CHARS)}\n\n"
        f"DESCRIPTION\n{head_and_tail(description, BODY_CHARS)}\n\n"
        f"COMMITS\n{chr(10).join(commits)}"
    )


def hidden_characters(text: PullRequestText) -> int:
    """How many invisible characters its title, description and messages hold; none are sent."""
    originals = [text.title, text.body, *(commit.message for commit in text.commits)]
    return sum(len(INVISIBLE.findall(part)) for part in originals)


def head_and_tail(text: str, limit: int) -> str:
    """At most `limit` characters: two thirds from the start and one third from the end."""
    if len(text) <= limit:
        return text
    room = max(limit - len(CUT), 0)
    tail = room // 3
    return text[: room - tail] + CUT + text[len(text) - tail :]


def _words(text: str, repositories: Iterable[str], *, title: str = "") -> str:
    said = normalise.said(normalise.without_reverted(text, title=title))
    safe = redacted(said, repositories=repositories)
    lines = (" ".join(line.split()) for line in safe.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
