"""`manage.py detect IN.jsonl --out OUT.jsonl`: the marks of pull requests in a file."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.llm import markers
from apps.llm.models import PullRequestAnalysis
from apps.llm.texts import CommitText, PullRequestText
from apps.llm.verdict import decide


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = (
        "Look for the marks of AI tools in pull requests, one JSON object a line: id, title, body, "
        "author, branch, labels, commits (message, author_name, author_login, author_email). "
        "Writes id, is_ai_assisted, tools, class and evidence. Reads no database and no network."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="pull requests, JSON Lines")
        parser.add_argument("--out", type=Path, required=True, help="where the verdicts go")

    def handle(self, *args: Any, file: Path, out: Path, **options: Any) -> None:
        verdicts = [judge(item) for item in read(file)]
        with out.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(verdict, ensure_ascii=False) + "\n" for verdict in verdicts)
        self.stdout.write(f"{len(verdicts)} pull requests judged by their marks, into {out}")


def read(file: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the objects of a JSON Lines file.

    :raises CommandError: for a file that is not there, or a line that is not an object with an id.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{file} cannot be read: {exc}") from exc
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError as exc:
            raise CommandError(f"{file}, line {number}: not JSON ({exc})") from exc
        if not isinstance(item, dict) or "id" not in item:
            raise CommandError(f"{file}, line {number}: not an object with an id")
        yield item


def judge(item: dict[str, Any]) -> dict[str, Any]:
    """Marks alone: without a sign the class is D, since no model is asked here."""
    marks = markers.find(text_of_item(item))
    verdict = decide(marks, llm_state=PullRequestAnalysis.LlmState.OFF)
    return {
        "id": item["id"],
        "is_ai_assisted": verdict.ai_class in ("A", "B"),
        "tools": list(verdict.tools),
        "class": verdict.ai_class.value,
        "evidence": [asdict(mark) for mark in marks],
    }


def text_of_item(item: dict[str, Any]) -> PullRequestText:
    return PullRequestText(
        title=item.get("title") or "",
        body=item.get("body") or "",
        author=item.get("author") or "",
        branch=item.get("branch") or "",
        labels=tuple(item.get("labels") or ()),
        commits=tuple(
            CommitText(
                message=commit.get("message") or "",
                author_name=commit.get("author_name") or "",
                author_login=commit.get("author_login") or "",
                author_email=commit.get("author_email") or "",
            )
            for commit in item.get("commits") or ()
        ),
    )
