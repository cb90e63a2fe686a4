"""
How AI assistance shows, or does not: the marks that tools and people leave on a pull request.

Each mark is a function that changes a `Sketch`, and says which tool it stands for. The world
keeps that as `Assistance`, so that a test can compare what was detected with what was done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from apps.sandbox import people, phrases
from apps.sandbox.people import Teammate
from apps.sandbox.records import Account, Assistance, GitActor


@dataclass
class Sketch:
    """A pull request's words while they are being written."""

    mate: Teammate
    kind: str
    title: str
    paragraphs: list[str]
    branch: str
    messages: list[str]
    author: Account | None
    committer: GitActor
    labels: list[str] = field(default_factory=list)
    assistance: Assistance | None = None
    boxes: str = ""


_CLAUDE_FOOTER = "🤖 Generated with [Claude Code](https://claude.com/claude-code)"
_CLAUDE_NAMES = ("Claude", "Claude Opus 4.5", "Claude Sonnet 4.5")
_COPILOT_GIT = GitActor(
    "copilot-swe-agent[bot]",
    f"{people.COPILOT.database_id}+Copilot@users.noreply.github.com",
    Account("User", "Copilot", people.COPILOT.database_id),
)
_CURSOR_GIT = GitActor("Cursor Agent", "cursoragent@cursor.com", people.CURSOR_AGENT)
_DISCLOSURES = (  # in words only: no marker finds these
    ("ChatGPT", "I drafted the first version of this with ChatGPT and rewrote the error handling."),
    ("Claude", "Most of the tests here were written by Claude, I reviewed every case."),
    ("Copilot", "Copilot chat suggested the query; I checked the plan against production data."),
    ("Gemini", "Used Gemini to port the old script, then cleaned it up by hand."),
    ("LLM", "Full disclosure: an LLM wrote the parser, I only adjusted the naming."),
    ("Cursor", "Paired with Cursor on this one, the diff is mostly its work."),
)


def _claude_trailer(rng: Random, sketch: Sketch) -> Assistance:
    name = rng.choice(_CLAUDE_NAMES)
    trailer = f"{_CLAUDE_FOOTER}\n\nCo-Authored-By: {name} <noreply@anthropic.com>"
    sketch.messages = [f"{message}\n\n{trailer}" for message in sketch.messages]
    if rng.random() < 0.5:
        sketch.paragraphs.append(_CLAUDE_FOOTER)
    return Assistance("Claude Code", "trailer")


def _claude_footer(rng: Random, sketch: Sketch) -> Assistance:
    sketch.paragraphs = [
        "## Summary\n- " + "\n- ".join(sketch.paragraphs or [sketch.title]),
        "## Test plan\n- [x] Unit tests\n- [ ] Checked on staging",
        _CLAUDE_FOOTER,
    ]
    return Assistance("Claude Code", "footer")


def _copilot_agent(rng: Random, sketch: Sketch) -> Assistance:
    mate = sketch.mate.account
    address = f"{mate.database_id}+{mate.login}@users.noreply.github.com"
    trailer = f"Co-authored-by: {mate.login} <{address}>"
    sketch.author, sketch.committer = people.COPILOT, _COPILOT_GIT
    sketch.branch = f"copilot/{sketch.branch.rsplit('/', maxsplit=1)[-1]}"
    sketch.messages = [f"{text}\n\n{trailer}" for text in ("Initial plan", *sketch.messages)]
    return Assistance("GitHub Copilot", "agent")


def _cursor(rng: Random, sketch: Sketch) -> Assistance:
    sketch.committer = _CURSOR_GIT
    if rng.random() < 0.4:
        sketch.branch = (
            f"cursor/{sketch.branch.rsplit('/', maxsplit=1)[-1]}-{rng.randrange(4096):x}"
        )
    return Assistance("Cursor", "commit author")


def _codex(rng: Random, sketch: Sketch) -> Assistance:
    sketch.branch = f"codex/{sketch.branch.rsplit('/', maxsplit=1)[-1]}"
    sketch.labels.append("codex")
    if rng.random() < 0.6:
        task = f"https://chatgpt.com/codex/tasks/task_e_{rng.getrandbits(128):032x}"
        sketch.paragraphs.append(f"------\n{task}")
    return Assistance("Codex", "branch")


def _box(rng: Random, sketch: Sketch) -> Assistance:
    sketch.boxes = phrases.TEMPLATE_BOXES.format(tests="x", ai="x")
    return Assistance("unnamed", "box")


def _words(rng: Random, sketch: Sketch) -> Assistance:
    tool, sentence = rng.choice(_DISCLOSURES)
    sketch.paragraphs.append(sentence)
    return Assistance(tool, "words")


MARKS: dict[str, Callable[[Random, Sketch], Assistance]] = {
    "claude trailer": _claude_trailer,
    "claude footer": _claude_footer,
    "copilot agent": _copilot_agent,
    "cursor": _cursor,
    "codex": _codex,
    "box": _box,
    "words": _words,
}


def leave_mark(rng: Random, sketch: Sketch) -> None:
    """Let one of the author's own tools leave its mark; authors without tools leave none."""
    tools = sketch.mate.tools
    if tools:
        chosen = rng.choices(list(tools), list(tools.values()))[0]
        sketch.assistance = MARKS[chosen](rng, sketch)


def set_trap(rng: Random, sketch: Sketch, *, has_template: bool, has_review_bot: bool) -> None:
    """Add what only looks like a mark: an empty box, a denial, a review bot's summary."""
    if has_template and sketch.assistance is None and rng.random() < 0.5:
        sketch.boxes = phrases.TEMPLATE_BOXES.format(tests=rng.choice("x "), ai=" ")
    if sketch.assistance is None and rng.random() < 0.03:
        sketch.paragraphs.append(rng.choice(phrases.DENIALS))
    if has_review_bot and rng.random() < 0.35:
        sketch.paragraphs.append(phrases.BOT_SUMMARY.format(sketch.title))
    if sketch.boxes:
        sketch.paragraphs.append(sketch.boxes)
