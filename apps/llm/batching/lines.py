"""Lines of a batch's files: what is asked, and what came back, by the ids of the lines. Pure."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.llm import answers, prompts
from apps.llm.batching.client import ENDPOINT
from apps.llm.client import Completion, GroqError, completion_of, error_of, request_of
from apps.llm.settling import Asked

MOST_BYTES = 90_000_000  # of one file; Groq takes 100 MB


def custom_id_of(pull_request_id: int, prompt_version: str) -> str:
    """A line's name: the only thing that says which question an answer is for."""
    return f"pr-{pull_request_id}-{prompt_version}"


def request_line(asked: Asked, *, model: str) -> bytes:
    """One line of the input file: the body is that of a live call."""
    line = {
        "custom_id": custom_id_of(asked.pull_request_id, prompts.VERSION),
        "method": "POST",
        "url": ENDPOINT,
        "body": request_of(
            model,
            system=prompts.system_prompt(),
            user=asked.question.framed(),
            schema=answers.SCHEMA,
        ),
    }
    return json.dumps(line).encode() + b"\n"


@dataclass(frozen=True)
class Returned:
    """What a line came back with."""

    status: int  #: of HTTP; 0 where the question was never answered
    body: object
    code: str = ""  #: why it was never answered

    def completion(self, model: str) -> Completion:
        """
        :raises GroqError: for what is no answer of use; an `AnswerInvalid` is the question's
            failure, anything else the batch's.
        """
        if self.status == 200:
            return completion_of(self.body, as_json=True, model=model)
        if self.status:
            raise error_of(self.status, {}, self.body)
        raise GroqError(f"Groq did not come to this question ({self.code or 'no reason given'}).")


@dataclass(frozen=True)
class Results:
    """The lines of a batch's files by their names, and how many others there were."""

    by_id: Mapping[str, Returned]
    ignored: Mapping[str, int]  #: what is wrong with them → how many


def results_in(files: Iterable[str], *, asked: Collection[str]) -> Results:
    """
    Read the output and the error file, in whatever order.

    Only lines that were asked for, and that came back once, are believed.
    """
    found: dict[str, Returned] = {}
    ignored: Counter[str] = Counter()
    doubled: set[str] = set()
    for text in files:
        for raw in text.split("\n"):  # not splitlines(): JSON may hold other line breaks
            if not raw.strip():
                continue
            line = _read(raw)
            name = line.get("custom_id") if line else None
            if line is None:
                ignored["not a JSON object"] += 1
            elif not isinstance(name, str) or name not in asked:
                ignored["not asked for"] += 1
            elif name in found or name in doubled:
                ignored["answered twice"] += 1
                doubled.add(name)
            else:
                found[name] = _returned(line)
    ignored["answered twice"] += len(doubled)
    by_id = {name: returned for name, returned in found.items() if name not in doubled}
    return Results(by_id, +ignored)


def _read(raw: str) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _returned(line: Mapping[str, Any]) -> Returned:
    response, error = line.get("response"), line.get("error")
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        return Returned(response["status_code"], response.get("body"))
    code = error.get("code") if isinstance(error, dict) else ""
    return Returned(0, None, str(code or "")[:40])
