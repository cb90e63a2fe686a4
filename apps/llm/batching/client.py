"""Groq's files and batches: one call in, plain values out. Knows HTTP and no rows."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import groq
import httpx
from django.conf import settings

from apps.core.errors import PermanentError
from apps.llm.client import (
    AnswerInvalid,
    GroqError,
    GroqUnavailable,
    RequestRejected,
    code_of,
    error_of,
)

ENDPOINT: Final = "/v1/chat/completions"
WINDOW = "24h"  # the shortest; we cancel long before
TAG = "mergelight"  # the key of a batch's metadata under which our id of it stands
ENDS = ("completed", "expired", "cancelled", "failed")
FILE_SECONDS = 120.0  # a file is up to 100 MB
PAGES = 50  # of the list of batches, at most


class BatchesRefused(GroqError, PermanentError):
    """The key is good, and may not use batches: its plan or its permissions have none."""


class NotThere(GroqError):
    """Groq knows no such batch or file."""


@dataclass(frozen=True)
class RemoteBatch:
    """A batch as Groq tells of it. A file that is not there, or not yet, is ""."""

    id: str
    status: str
    tag: str = ""  #: our own id of it
    output_file: str = ""
    error_file: str = ""
    total: int = 0
    answered: int = 0
    failed: int = 0
    problem: str = ""  #: why Groq would not have it; a code

    @property
    def has_ended(self) -> bool:
        return self.status in ENDS

    @property
    def has_its_files(self) -> bool:
        """
        Whether the files that its numbers promise are named.

        A batch may be "completed" before they are.
        """
        if not self.files:
            has_nothing = self.total > 0 and not self.answered and not self.failed
            return self.status == "failed" or (self.status != "completed" and has_nothing)
        lacks_output = self.answered > 0 and not self.output_file
        lacks_errors = self.failed > 0 and not self.error_file
        return not lacks_output and not lacks_errors

    @property
    def files(self) -> list[str]:
        return [name for name in (self.output_file, self.error_file) if name]


class BatchClient:
    """
    One key; a context manager, which closes the connections. Each call is one request.

    It costs nothing until the first call: most steps have no batch to ask about.
    """

    def __init__(
        self, key: str, *, base_url: str = "", transport: httpx.BaseTransport | None = None
    ) -> None:
        self.key_name = hashlib.sha256(key.encode()).hexdigest()[:16]  #: no secret
        self._key = key
        self._base_url = base_url or settings.GROQ_BASE_URL
        self._transport = transport

    @cached_property
    def _groq(self) -> groq.Groq:
        seconds = settings.GROQ_TIMEOUT
        return groq.Groq(
            api_key=self._key,
            base_url=self._base_url,
            max_retries=0,  # the caller waits in the row
            timeout=seconds,
            http_client=groq.DefaultHttpxClient(transport=self._transport, timeout=seconds),
        )

    @property
    def _patient(self) -> groq.Groq:
        return self._groq.with_options(timeout=FILE_SECONDS)

    def upload(self, content: bytes) -> str:
        """Store a file of requests; returns its id."""
        with _typed_errors():
            made = self._patient.files.create(file=("questions.jsonl", content), purpose="batch")
        if not made.id:
            raise AnswerInvalid("Groq took a file and gave it no name.")
        return made.id

    def content(self, file_id: str) -> str:
        with _typed_errors():
            return self._patient.files.content(file_id).read().decode(errors="replace")

    def delete(self, file_id: str) -> None:
        with _typed_errors():
            self._groq.files.delete(file_id)

    def create(self, file_id: str, *, tag: str) -> RemoteBatch:
        with _typed_errors():
            made = self._groq.batches.create(
                input_file_id=file_id,
                endpoint=ENDPOINT,
                completion_window=WINDOW,
                metadata={TAG: tag},
            )
        return remote_of(made)

    def look(self, batch_id: str) -> RemoteBatch:
        with _typed_errors():
            return remote_of(self._groq.batches.retrieve(batch_id))

    def cancel(self, batch_id: str) -> RemoteBatch:
        """Ask for an early end; it takes Groq up to ten minutes."""
        with _typed_errors():
            return remote_of(self._groq.batches.cancel(batch_id))

    def find(self, tag: str) -> RemoteBatch | None:
        """Search the key's batches for one of ours whose id we never got."""
        for batch in self._all():
            if batch.tag == tag:
                return batch
        return None

    def _all(self) -> Iterator[RemoteBatch]:
        cursors = {""}
        cursor = ""
        for _ in range(PAGES):
            with _typed_errors():
                page = self._groq.batches.list(extra_query={"cursor": cursor} if cursor else {})
            yield from (remote_of(each) for each in page.data or ())
            cursor = _next_cursor(page)
            if cursor in cursors:
                return
            cursors.add(cursor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_groq" in self.__dict__:
            self._groq.close()


def configured_batches() -> BatchClient | None:
    """The client of GROQ_API_KEY; None where the installation has no key."""
    return BatchClient(settings.GROQ_API_KEY) if settings.GROQ_API_KEY else None


def remote_of(told: Any) -> RemoteBatch:
    """
    Read what Groq tells of a batch.

    What is not there Groq writes as null or as `{}`, which the SDK hands on as it is.

    :raises AnswerInvalid: for something else than a batch.
    """
    batch_id, status = _text(told, "id"), _text(told, "status")
    if not batch_id or not status:
        raise AnswerInvalid("Groq answered with something else than a batch.")
    counts = getattr(told, "request_counts", None)
    metadata = getattr(told, "metadata", None)
    return RemoteBatch(
        id=batch_id,
        status=status,
        tag=str(metadata.get(TAG, "")) if isinstance(metadata, Mapping) else "",
        output_file=_text(told, "output_file_id"),
        error_file=_text(told, "error_file_id"),
        total=_number(counts, "total"),
        answered=_number(counts, "completed"),
        failed=_number(counts, "failed"),
        problem=_problem_of(getattr(told, "errors", None)),
    )


def _text(told: object, name: str) -> str:
    value = getattr(told, name, None)
    return value if isinstance(value, str) else ""


def _number(told: object, name: str) -> int:
    value = getattr(told, name, None)
    return value if isinstance(value, int) else 0


def _problem_of(errors: Any) -> str:
    """The first one's code; Groq tells them as a list, or as an object with a list in it."""
    listed = errors if isinstance(errors, list) else getattr(errors, "data", None) or []
    first = listed[0] if listed else None
    return str(first.get("code", "")) if isinstance(first, Mapping) else _text(first, "code")


def _next_cursor(page: groq.BaseModel) -> str:
    paging = (page.model_extra or {}).get("paging")
    cursor = paging.get("next_cursor") if isinstance(paging, Mapping) else None
    return cursor if isinstance(cursor, str) else ""


@contextmanager
def _typed_errors() -> Iterator[None]:
    """:raises GroqError: and nothing else."""
    try:
        yield
    except groq.APIStatusError as exc:
        raise _error_of(exc) from exc
    except groq.APIResponseValidationError as exc:
        raise AnswerInvalid("Groq answered with something else than a batch.") from exc
    except (groq.APIError, httpx.HTTPError) as exc:
        raise GroqUnavailable("Groq did not answer.") from exc
    except ValueError as exc:  # a 200 whose body is not JSON
        raise AnswerInvalid("Groq answered with something else than JSON.") from exc


def _error_of(exc: groq.APIStatusError) -> GroqError:
    if exc.status_code == 403:
        is_plan = code_of(exc.body) == "not_available_for_plan"
        why = (
            "This Groq key's plan has no batches."
            if is_plan
            else "This Groq key may use no batches."
        )
        return BatchesRefused(why)
    if exc.status_code == 404:
        return NotThere("Groq does not know the batch.")
    if exc.status_code == 413:
        return RequestRejected("The batch is too large for Groq.")
    return error_of(exc.status_code, exc.response.headers, exc.body)
