"""Classes, marks and tools in plain words: the one table from which list and card speak."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from apps.llm.markers import AGENT, DECLARED, SUSPECTED, WEAK
from apps.llm.registry import registry


@dataclass(frozen=True)
class ClassWords:
    name: str
    rests_on: str  #: one line
    meaning: str


CLASSES = {
    "A": ClassWords(
        "Agent-authored",
        "The author's account is a coding agent's.",
        "The account that opened it belongs to a coding agent. It counts as AI-assisted.",
    ),
    "B": ClassWords(
        "Declared",
        "A trailer, footer, link, label, branch or commit names a tool.",
        "The pull request itself declares it. Anybody can type such a mark: it says what is"
        " declared, not what happened. It counts as AI-assisted.",
    ),
    "C": ClassWords(
        "Suspected",
        "Only the language model says so, and its quote stands in the text.",
        "No mark of a tool was found, but the language model has read a disclosure in its words."
        " It is shown apart and does not count as AI-assisted.",
    ),
    "D": ClassWords(
        "No sign found",
        "No mark was found, by any rule that the team allows.",
        "Every rule that the team allows has run and found nothing. That is no proof that no AI"
        " was used.",
    ),
    "U": ClassWords(
        "Undecided",
        "No mark so far, and not everything is read yet.",
        "No mark was found so far, and something is still missing. It counts neither way.",
    ),
}

SAID = "Said by a person"

KINDS = {
    "account": "Author's account",
    "co_author": "Co-author trailer",
    "trailer": "Trailer",
    "footer": "Footer",
    "link": "Link to a tool's session",
    "box": "Ticked box",
    "section": "Statement on the use of AI",
    "branch": "Branch name",
    "label": "Label",
    "commit_author": "Author of a commit",
    "quote": "Words that disclose it",
}

STRENGTHS = {
    AGENT: "an agent's own account",
    DECLARED: "declared",
    WEAK: "declared, by a suggestion of the tool that was committed",
    SUSPECTED: "suspected, by the language model; code has checked that the words stand there",
}
#: From the strongest to the weakest, as the verdict ranks them.
RANKED = tuple(STRENGTHS)

PLACES = {
    "title": "in the title",
    "body": "in the description",
    "branch": "the branch",
    "label": "a label",
    "author": "the author",
}


def class_in_words(letter: str, *, is_said: bool) -> ClassWords:
    """A person's verdict is called that: "no sign found" above a list of signs would be untrue."""
    words = CLASSES[letter]
    if not is_said:
        return words
    counts = "counts" if letter in "AB" else "does not count"
    meaning = f"A person has decided this: see above. It {counts} as AI-assisted."
    return ClassWords(SAID, words.rests_on, meaning)


def kind_in_words(kind: str) -> str:
    return KINDS.get(kind, kind.replace("_", " ").capitalize())


@cache
def tool_names() -> dict[str, str]:
    """Every tool of the registry, by id."""
    return {tool.id: tool.name for tool in registry().tools}


def tools_in_words(tools: Iterable[str]) -> str:
    """Names, with commas; an id that the registry does not know any more stands for itself."""
    return ", ".join(tool_names().get(tool, tool) for tool in tools)
