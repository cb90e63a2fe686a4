"""Groq: one call in, one JSON document and its token counts out. Knows HTTP and no rows."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

import groq
import httpx
from django.conf import settings

from apps.llm.replies import (
    NO_COMPLETION,
    NO_HEADERS,
    AnswerInvalid,
    Completion,
    GroqError,
    GroqRateLimited,
    GroqUnavailable,
    KeyRejected,
    ModelMissing,
    NotPermitted,
    RequestRejected,
    RequestTooLarge,
    Usage,
    code_of,
    completion_of,
    error_of,
    refusal_of,
    seconds_of,
    with_more,
)

__all__ = [  # with what a call returns and raises, for who calls
    "ANSWER_TOKENS",
    "AnswerInvalid",
    "Completion",
    "GroqClient",
    "GroqError",
    "GroqRateLimited",
    "GroqUnavailable",
    "KeyRejected",
    "ModelMissing",
    "NotPermitted",
    "RequestRejected",
    "RequestTooLarge",
    "Usage",
    "code_of",
    "completion_of",
    "configured_client",
    "error_of",
    "request_of",
    "seconds_of",
]

# gpt-oss thinks inside this limit; too small a value cuts the answer (guide: ~150 + ~200 used).
ANSWER_TOKENS = 700
LONGEST_REPLY = 256 * 1024  # bytes that are read of one; an answer has some hundreds


class GroqClient:
    """
    One key; a context manager, which closes the connections.

    May be shared by threads. Each call is one request, never repeated, and minds no limit:
    `service.Service` does.

    :param model: that is asked where a call names none; empty: GROQ_MODEL.
    """

    def __init__(
        self,
        key: str,
        *,
        model: str = "",
        base_url: str = "",
        timeout: float = 0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        seconds = timeout or settings.GROQ_TIMEOUT
        self.model = model or settings.GROQ_MODEL
        self.budget = hashlib.sha256(key.encode()).hexdigest()[:16]  #: the key's name, no secret
        self._can_be_sent = key.isascii() and key.isprintable() and " " not in key
        http = groq.DefaultHttpxClient(transport=transport, timeout=seconds)
        http.event_hooks = {"response": [lambda response: _bound(response, seconds)]}
        self._groq = groq.Groq(
            api_key=key,
            base_url=base_url or settings.GROQ_BASE_URL,
            # The SDK ignores a Retry-After of more than a minute and asks again at once.
            max_retries=0,
            timeout=seconds,
            http_client=http,
            default_headers={"accept-encoding": "identity"},  # what is packed has no known size
        )

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = ANSWER_TOKENS,
        model: str = "",
    ) -> Completion:
        """
        Ask once.

        :param system: keep it the same from call to call: Groq caches the common start.
        :param schema: a strict JSON schema (every property required, no others); without one the
            document is `{"text": …}`.
        :param model: empty: the client's.
        :raises GroqError: and nothing else.
        """
        if not self._can_be_sent:  # no header holds it; Groq would not take it either
            raise refusal_of(401)
        asked = model or self.model
        body = request_of(asked, system=system, user=user, schema=schema, max_tokens=max_tokens)
        headers = NO_HEADERS
        try:
            reply = self._groq.chat.completions.with_raw_response.create(**body)
            headers = reply.headers
            content = json.loads(reply.http_response.content)
            return completion_of(content, as_json=schema is not None, model=asked, headers=headers)
        # "from None": the SDK's errors and json's hold the answer, which a log would repeat.
        except groq.APIStatusError as exc:
            raise error_of(exc.status_code, exc.response.headers, exc.body) from None
        except (groq.APIError, httpx.HTTPError) as exc:
            error = GroqUnavailable("Groq did not answer.")
            error.may_count = isinstance(exc, groq.APITimeoutError)
            raise error from None
        except (ValueError, RecursionError):  # a 200 whose body is not JSON, or is too long
            raise with_more(AnswerInvalid(NO_COMPLETION), headers=headers) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._groq.close()


def _bound(response: httpx.Response, seconds: float) -> None:
    """Read no more of a reply than `LONGEST_REPLY`, what is cut there is no JSON; and no longer."""
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Bounded(response.stream, time.monotonic() + seconds)


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        left = LONGEST_REPLY
        for part in self._stream:
            if time.monotonic() > self._until:  # httpx times each part alone
                raise httpx.ReadTimeout("The reply came too slowly.")
            yield part[:left]
            left -= len(part)
            if left <= 0:
                return

    def close(self) -> None:
        self._stream.close()


def request_of(
    model: str,
    *,
    system: str,
    user: str,
    schema: Mapping[str, Any] | None = None,
    max_tokens: int = ANSWER_TOKENS,
) -> dict[str, Any]:
    """The body of one question, the same at once and in a batch."""
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ],
        "max_completion_tokens": max_tokens,
        "temperature": 0,
        "reasoning_effort": "low",
        **_answer_format(schema),
    }


def _answer_format(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if schema is None:
        return {}
    strict = {"name": "answer", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": strict}}


def configured_client() -> GroqClient | None:
    """The client of GROQ_API_KEY; None where the installation has no key."""
    return GroqClient(settings.GROQ_API_KEY) if settings.GROQ_API_KEY else None
