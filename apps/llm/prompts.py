"""What is sent about one pull request, and what never is."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.llm import normalise
from apps.llm.texts import PullRequestText

VERSION = "read_pull_request_v1"
BODY_CHARS, COMMITS_CHARS, COMMIT_CHARS, TITLE_CHARS = 4000, 2000, 400, 300
CUT = "\n[… cut …]\n"

# Invisible: format characters, bidi controls, tags, variation selectors, other control characters.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
ADDRESS = re.compile(r"[\w.+-]{1,64}(?:\[bot\])?@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
SECRET = re.compile(
    r"\b(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|gsk_\w{16,}|sk-[\w-]{16,}|glpat-[\w-]{16,}"
    r"|xox[a-z]-[\w-]{10,}|A(?:KIA|SIA)[A-Z0-9]{12,}|AIza[\w-]{30,}|npm_\w{20,}|hf_\w{16,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----))*"
    r"|(?<=://)[^\s/:@]{1,100}:[^\s/@]{1,200}(?=@)"
    # A long mixture of digits and both cases is a token of somebody we do not know.
    r"|(?<![\w+-])(?=[\w+-]{0,39}\d)(?=[\w+-]{0,39}[A-Z])(?=[\w+-]{0,39}[a-z])[\w+-]{40,}={0,2}"
)


@dataclass(frozen=True)
class Question:
    """One pull request as the model gets it: the same for the same texts."""

    document: str
    hidden: int  #: invisible characters that were taken out

    def input_hash(self) -> str:
        """SHA-256 of what is sent, without the random frame: the key of the answer."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    def framed(self) -> str:
        """The user's message: the document in a frame that its author cannot forge."""
        frame = f"===== {secrets.token_hex(8)} ====="
        return f"{frame}\n{self.document}\n{frame}"

    def halved(self) -> "Question":
        """The same with half of the text, for a limit that it was too large for."""
        return Question(head_and_tail(self.document, len(self.document) // 2), self.hidden)


@cache
def system_prompt() -> str:
    """The first and unchanging part of every request, so that Groq may cache it."""
    return (Path(__file__).parent / "prompts" / f"{VERSION}.md").read_text(encoding="utf-8")


def question_about(text: PullRequestText) -> Question:
    """
    Make the question: what the author says, without code, quotes and bots' blocks; head and tail.

    Addresses and what looks like a credential are replaced; names of people and repositories are
    not added. Labels and the branch stay out: they are marks, and marks are for code.
    """
    commits, left = [], COMMITS_CHARS
    for commit in text.commits:
        message = head_and_tail(_words(commit.message), COMMIT_CHARS)
        if not message or len(message) > left:
            continue
        commits.append(f"- {message}")
        left -= len(message)
    document = (
        f"TITLE\n{head_and_tail(_words(text.title), TITLE_CHARS)}\n\n"
        f"DESCRIPTION\n{head_and_tail(_words(text.body), BODY_CHARS)}\n\n"
        f"COMMITS\n{chr(10).join(commits)}"
    )
    originals = [text.title, text.body, *(commit.message for commit in text.commits)]
    return Question(document, hidden=sum(len(INVISIBLE.findall(part)) for part in originals))


def head_and_tail(text: str, limit: int) -> str:
    """At most `limit` characters: two thirds from the start and one third from the end."""
    if len(text) <= limit:
        return text
    room = max(limit - len(CUT), 0)
    tail = room // 3
    return text[: room - tail] + CUT + text[len(text) - tail :]


def without_secrets(text: str) -> str:
    """Replace what looks like a credential, and every e-mail address."""
    return ADDRESS.sub("[e-mail]", SECRET.sub("[secret]", text))


def _words(text: str) -> str:
    said = normalise.said(normalise.without_reverted(text))
    safe = without_secrets(INVISIBLE.sub("", said))
    lines = (" ".join(line.split()) for line in safe.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
