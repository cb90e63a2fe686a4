"""`manage.py detect IN.jsonl --out OUT.jsonl [--llm]`: verdicts on the pull requests of a file."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.parallel import in_parallel
from apps.llm import answers, markers
from apps.llm.answers import Answer
from apps.llm.client import AnswerInvalid, GroqError, configured_client
from apps.llm.markers import Mark
from apps.llm.prompts import question_about
from apps.llm.service import Service
from apps.llm.texts import CommitText, PullRequestText
from apps.llm.verdict import AiClass, LlmState, decide

TEXTS_OF_COMMIT = ("message", "author_name", "author_login", "author_email")
NO_KEY = "--llm needs a key of Groq: set GROQ_API_KEY, or leave --llm out for the marks alone."
SAY_EVERY = 25  # pull requests


@dataclass(frozen=True)
class Item:
    """A pull request of the file, and the marks in it."""

    id: Any
    repo: str
    text: PullRequestText
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Reading:
    """What the model has said of one without marks; `reason` is why it said nothing of use."""

    answer: Answer | None = None
    quote: Mark | None = None
    reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = (
        "Look for signs of AI tools in pull requests, one JSON object a line: id, title, body, "
        "author, branch, labels, commits (message, author_name, author_login, author_email). "
        "Writes id, is_ai_assisted, tools, class, evidence, reason. Reads no database, and without "
        "--llm no network. With --llm the model reads those without marks, and is_ai_assisted "
        "counts what it found in the author's words (class C) beside the marks (A and B)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="pull requests, JSON Lines")
        parser.add_argument("--out", type=Path, required=True, help="where the verdicts go")
        parser.add_argument("--llm", action="store_true", help="ask the model where no mark stands")

    def handle(self, *args: Any, file: Path, out: Path, llm: bool = False, **options: Any) -> None:
        if llm and not settings.GROQ_API_KEY:
            raise CommandError(NO_KEY)
        items = list(read(file))
        readings: dict[int, Reading] = {}
        with _writable(out) as lines:
            if llm:
                readings = self._ask([n for n, item in enumerate(items) if not item.marks], items)
            verdicts = [verdict_on(item, readings.get(n), llm=llm) for n, item in enumerate(items)]
            lines.writelines(json.dumps(verdict, ensure_ascii=False) + "\n" for verdict in verdicts)
        found = Counter(verdict["class"] for verdict in verdicts)
        counts = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
        how = "by their marks and the model" if llm else "by their marks"
        self.stdout.write(f"{len(verdicts)} pull requests judged {how}, into {out}: {counts}")

    def _ask(self, numbers: list[int], items: list[Item]) -> dict[int, Reading]:
        readings: dict[int, Reading] = {}
        client = configured_client()
        if client is None:
            raise CommandError(NO_KEY)
        with client:
            service = Service(client)

            def say(done: int) -> None:
                self.stderr.write(f"{done} of {len(numbers)} without marks read by the model")

            for outcome in in_parallel(
                service.while_open(numbers),
                lambda number: ask(service, items[number]),
                at_once=settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"],
                on_idle=lambda: say(len(readings)),
            ):
                readings[outcome.item] = outcome.value()
                if len(readings) % SAY_EVERY == 0:
                    say(len(readings))
            say(len(readings))
            if service.stopped_because:
                self.stderr.write(f"Stopped: {service.stopped_because}")
        left = Reading(reason=service.stopped_because or "The model was not asked.")
        sent = sum(reading.prompt_tokens for reading in readings.values())
        written = sum(reading.completion_tokens for reading in readings.values())
        self.stderr.write(f"Tokens: {sent} sent, {written} answered")
        return {number: readings.get(number, left) for number in numbers}


def ask(service: Service, item: Item) -> Reading:
    """
    Read one pull request, from a thread: three attempts, the last by the fallback model.

    Never raises an error of Groq's; what has failed is in the reason.
    """
    question = question_about(item.text, repositories=[item.repo] if item.repo else [])
    reason, sent, written = "", 0, 0
    for model in ("", "", settings.GROQ_FALLBACK_MODEL):
        try:
            reply = service.ask(question, model=model)
            sent, written = sent + reply.prompt_tokens, written + reply.completion_tokens
            answer = answers.read(reply.document)
            quote = answers.disclosure_in(item.text, answer)
        except AnswerInvalid as exc:
            reason = str(exc)
            continue
        except GroqError as exc:
            reason = str(exc)
            break
        return Reading(answer, quote, "", sent, written)
    return Reading(None, None, reason, sent, written)


def verdict_on(item: Item, reading: Reading | None, *, llm: bool) -> dict[str, Any]:
    """
    One line of the output.

    Without the model every rule that was asked for has run on the marks: no mark is class D.
    """
    pieces = [*item.marks, *([reading.quote] if reading and reading.quote else [])]
    is_open = reading is not None and reading.answer is None
    verdict = decide(pieces, llm_state=LlmState.UNDECIDED if is_open else LlmState.DONE)
    counted = (AiClass.AGENT, AiClass.DECLARED, *([AiClass.SUSPECTED] if llm else []))
    line = {
        "id": item.id,
        "is_ai_assisted": verdict.ai_class in counted,
        "tools": list(verdict.tools),
        "class": verdict.ai_class.value,
        "evidence": [asdict(piece) for piece in pieces],
    }
    if reading:
        line["reason"] = reading.reason
    if reading and reading.answer:
        line |= {"summary": reading.answer.summary, "description": reading.answer.description}
    return line


def read(file: Path) -> Iterator[Item]:
    """
    Yield the pull requests of a JSON Lines file.

    :raises CommandError: for a file that is not there, or a line that is none; with its number.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{file} cannot be read: {exc}") from exc
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield item_of(json.loads(line))
        except RecursionError as exc:
            raise CommandError(f"{file}, line {number}: nested too deeply") from exc
        except ValueError as exc:
            raise CommandError(f"{file}, line {number}: {exc}") from exc


def item_of(raw: Any) -> Item:
    """
    Check one object; what is missing or null is empty.

    :raises ValueError: a sentence on what is wrong.
    """
    if not isinstance(raw, dict) or "id" not in raw:
        raise ValueError("not an object with an id")
    text = PullRequestText(
        title=_text(raw, "title"),
        body=_text(raw, "body"),
        author=_text(raw, "author"),
        branch=_text(raw, "branch"),
        labels=tuple(_list(raw, "labels", str, "text")),
        commits=tuple(
            CommitText(**{name: _text(commit, name) for name in TEXTS_OF_COMMIT})
            for commit in _list(raw, "commits", dict, "an object")
        ),
    )
    return Item(raw["id"], _text(raw, "repo"), text, tuple(markers.find(text)))


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    # Half of a letter cannot be sent nor written.
    return (value or "").encode(errors="replace").decode()


def _list(raw: dict[str, Any], name: str, kind: type, said: str) -> list[Any]:
    value = raw.get(name)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    if not all(isinstance(each, kind) for each in value or ()):
        raise ValueError(f"one of {name} is not {said}")
    return value or []


def _writable(out: Path) -> TextIO:
    """Opened before anything is asked and paid for."""
    try:
        return out.open("w", encoding="utf-8")
    except OSError as exc:
        raise CommandError(f"{out} cannot be written: {exc}") from exc
