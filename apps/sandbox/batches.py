"""The files and batches of the sandbox's Groq: any order, and every way in which a batch ends."""

import email
import email.policy
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any
from uuid import uuid4

from apps.sandbox.completions import completion, error, problem_of, say
from apps.sandbox.control import Control
from apps.sandbox.http import Answer, Request
from apps.sandbox.switches import BatchSwitches

FILES, BATCHES = "/openai/v1/files", "/openai/v1/batches"
_NOT_FOUND = error(404, "Not found", "not_found")
_BROKEN = error(500, "Internal Server Error", "internal_server_error")
_NO_PLAN = error(403, "Batch API is not available for your plan.", "not_available_for_plan")
_HUNG_UP = Answer("", hangs_up=True)


@dataclass
class Batch:
    """One batch; it goes by the switches of the moment at which it was made."""

    id: str
    input_file: str
    content: bytes
    metadata: Mapping[str, Any]
    switches: BatchSwitches
    seconds: float
    created_at: float = field(default_factory=time.time)
    cancelled_at: float | None = None
    files: tuple[str, str] | None = None  #: output and error, "" for none; None until it has ended
    counts: tuple[int, int] = (0, 0)  #: answered and failed
    looks_after_end: int = 0

    @property
    def status(self) -> str:
        now = time.time()
        ended_at = self.created_at + self.seconds
        if self.cancelled_at is not None and self.cancelled_at < ended_at:
            is_over = now >= self.cancelled_at + self.switches.cancel_seconds
            return "cancelled" if is_over else "cancelling"
        if now >= ended_at:
            return self.switches.end
        passed = (now - self.created_at) / self.seconds
        return "validating" if passed < 0.1 else "in_progress" if passed < 0.9 else "finalizing"

    @property
    def has_ended(self) -> bool:
        return self.status in ("completed", "expired", "cancelled", "failed")


class Batches:
    """Answers all under `/openai/v1/files` and `/openai/v1/batches`."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._files: dict[str, bytes] = {}
        self._batches: dict[str, Batch] = {}
        self._lock = Lock()
        self._random = Random(1)  # noqa: S311 - the order of lines, not a secret

    def answer(self, request: Request) -> Answer | None:
        """None for another path."""
        if self._control.batches.forbidden and request.path.startswith((FILES, BATCHES)):
            return error(403, "This key may not do that.", "permissions_error")
        if request.path == FILES or request.path.startswith(f"{FILES}/"):
            with self._lock:
                return self._file(request, request.path.removeprefix(FILES).strip("/").split("/"))
        if request.path == BATCHES or request.path.startswith(f"{BATCHES}/"):
            with self._lock:
                return self._batch(request, request.path.removeprefix(BATCHES).strip("/"))
        return None

    # --- Files ---

    def _file(self, request: Request, path: list[str]) -> Answer:
        match request.method, path:
            case "POST", [""]:
                return self._unless_hung("upload", self._upload(request))
            case "GET", [""]:
                return Answer({"object": "list", "data": [self._told(one) for one in self._files]})
            case "GET", [name, "content"] if name in self._files:
                return self._unless_hung("read", Answer(self._files[name]))
            case "DELETE", [name] if name in self._files:
                if self._control.batches.keeps:
                    return _BROKEN
                del self._files[name]
                self._control.count("files deleted")
                return Answer({"id": name, "object": "file", "deleted": True})
        return _NOT_FOUND

    def _upload(self, request: Request) -> Answer:
        if self._control.batches.no_plan:
            return _NO_PLAN
        fields = fields_of(request)
        if fields.get("purpose") != b"batch" or "file" not in fields:
            return error(400, "purpose must be batch, with a file", "invalid_request_error")
        self._control.count("files uploaded")
        return Answer(self._told(self._keep("file", fields["file"])))

    def _keep(self, kind: str, content: bytes) -> str:
        name = f"{kind}_{uuid4().hex[:20]}"
        self._files[name] = content
        return name

    def _told(self, name: str) -> dict[str, Any]:
        size = len(self._files[name])
        return {"id": name, "object": "file", "bytes": size, "purpose": "batch", "created_at": 0}

    # --- Batches ---

    def _batch(self, request: Request, path: str) -> Answer:
        if request.method == "POST" and not path:
            return self._unless_hung("create", self._create(request))
        if request.method == "GET" and not path:
            return self._list(request)
        name, _, verb = path.partition("/")
        batch = self._batches.get(name)
        if batch is None or self._control.batches.unknown:
            return _NOT_FOUND
        if (request.method, verb) == ("POST", "cancel"):
            if batch.cancelled_at is None and not batch.has_ended:
                batch.cancelled_at = time.time()
                self._control.count("batches cancelled")
            return self._unless_hung("cancel", Answer(self._seen(batch)))
        return Answer(self._seen(batch)) if request.method == "GET" else _NOT_FOUND

    def _create(self, request: Request) -> Answer:
        switches = self._control.batches
        if switches.no_plan:
            return _NO_PLAN
        asked = request.json()
        if asked.get("input_file_id") not in self._files:
            return _NOT_FOUND
        if asked.get("endpoint") != "/v1/chat/completions":
            return error(400, "endpoint is not supported", "invalid_request_error")
        batch = Batch(
            id=f"batch_{uuid4().hex[:20]}",
            input_file=asked["input_file_id"],
            content=self._files[asked["input_file_id"]],
            metadata=asked.get("metadata") or {},
            switches=switches,
            seconds=self._control.batch_seconds if switches.seconds < 0 else switches.seconds,
        )
        self._batches[batch.id] = batch
        self._control.count("batches")
        return Answer(self._seen(batch))

    def _list(self, request: Request) -> Answer:
        """Newest first, a page at a time."""
        newest = list(reversed(self._batches.values()))
        first, page = int(request.query.get("cursor", "0")), self._control.batches.page
        further = str(first + page) if first + page < len(newest) else None
        data = [self._seen(batch) for batch in newest[first : first + page]]
        return Answer({"object": "list", "data": data, "paging": {"next_cursor": further}})

    def _unless_hung(self, what: str, answer: Answer) -> Answer:
        return _HUNG_UP if self._control.batches.hangs_up == what else answer

    def _seen(self, batch: Batch) -> dict[str, Any]:
        """As Groq tells of it: what there is not is null or, where it never will be, `{}`."""
        output: object = None
        failures: object = {}
        if batch.has_ended:
            if batch.files is None:
                batch.files, batch.counts = self._results(batch)
            batch.looks_after_end += 1
            if batch.looks_after_end > batch.switches.late:
                output, failures = batch.files[0] or None, batch.files[1] or {}
        answered, failed = batch.counts
        refusal = {"data": [{"code": "invalid_method", "message": "Invalid method.", "line": 1}]}
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "errors": refusal if batch.status == "failed" else {},
            "input_file_id": batch.input_file,
            "completion_window": "24h",
            "status": batch.status,
            "output_file_id": output,
            "error_file_id": failures,
            "created_at": int(batch.created_at),
            "failed_at": {},
            "expired_at": {},
            "cancelled_at": {},
            "request_counts": {
                "total": len(batch.content.splitlines()),
                "completed": answered,
                "failed": failed,
            },
            "metadata": dict(batch.metadata),
        }

    def _results(self, batch: Batch) -> tuple[tuple[str, str], tuple[int, int]]:
        if batch.status == "failed":
            return ("", ""), (0, 0)
        good, bad = self._lines_of(batch)
        counts = len(good), len(bad)
        good += [line for number, line in enumerate(good, 1) if nth(batch.switches.doubled, number)]
        self._random.shuffle(good)
        if batch.switches.strange:
            good += [_line("pr-0-x", 200, {}), {**good[0], "custom_id": 7}, {"custom_id": None}]
        output = "\n".join([*map(json.dumps, good), *(["{"] if batch.switches.strange else [])])
        names = (
            self._keep("output", output.encode()) if good else "",
            self._keep("errors", "\n".join(map(json.dumps, bad)).encode()) if bad else "",
        )
        return names, counts

    def _lines_of(self, batch: Batch) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        switches = batch.switches
        asked = [json.loads(line) for line in batch.content.splitlines()]
        good, bad = [], []
        for number, item in enumerate(asked, 1):
            name = item["custom_id"]
            if nth(switches.lost, number):
                continue
            if number > round(len(asked) * switches.answered):
                code = f"batch_{batch.status}"
                reason = {"code": code, "message": "This request was not executed."}
                bad.append({"id": f"batch_req_{name}", "custom_id": name, "response": None})
                bad[-1]["error"] = reason
            elif nth(switches.failing, number):
                bad.append(_line(name, 400, _error_body("json_validate_failed")))
            elif nth(switches.refused, number):
                good.append(_line(name, 500, _error_body("internal_server_error")))
            else:
                good.append(self._line_of(item, is_cut=nth(switches.cut, number)))
        if switches.swapped:
            for one, other in zip(good[::2], good[1::2], strict=False):
                one["custom_id"], other["custom_id"] = other["custom_id"], one["custom_id"]
        return good, bad

    def _line_of(self, item: Mapping[str, Any], *, is_cut: bool) -> dict[str, Any]:
        asked = item["body"]
        if problem := problem_of(asked):
            return _line(item["custom_id"], problem.status, problem.body)
        said, finish = ("Sure! Here is", "length") if is_cut else (say(asked), "stop")
        self._control.count("batch lines")
        body = completion(asked, said, finish=finish, number=self._control.counts["batch lines"])
        body["service_tier"] = "batch"
        if not is_cut:
            self._control.count_answered(
                Request(
                    "POST", "/openai/v1/chat/completions", {}, "", json.dumps(asked).encode(), ""
                )
            )
        return _line(item["custom_id"], 200, body)


def _line(name: str, status: int, body: object) -> dict[str, Any]:
    return {
        "id": f"batch_req_{name}",
        "custom_id": name,
        "response": {"status_code": status, "request_id": f"req_{name}", "body": body},
        "error": None,
    }


def _error_body(code: str) -> dict[str, Any]:
    return {"error": {"message": "The request failed.", "code": code}}


def nth(every: int, number: int) -> bool:
    return every > 0 and number % every == 0


def fields_of(request: Request) -> dict[str, bytes]:
    """The fields of a form with files (multipart/form-data)."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    form = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    fields = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            fields[str(name)] = content
    return fields
