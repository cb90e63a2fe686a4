"""Groq: one call in, one JSON document and its token counts out. Knows HTTP and no rows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import groq
import httpx
from django.conf import settings
from groq.types.chat import ChatCompletion

from apps.core.errors import PermanentError, TransientError

# gpt-oss thinks inside this limit; too small a value cuts the answer (guide: ~150 + ~200 used).
ANSWER_TOKENS = 700


@dataclass(frozen=True)
class Usage:
    """The tokens of one paid call; `cached_tokens` are among the `prompt_tokens`."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class GroqError(Exception):
    """Base of everything this module raises; with its `usage` where Groq charges all the same."""

    usage: Usage | None = None


class GroqUnavailable(GroqError, TransientError):
    """Groq did not answer in time, answered 5xx, or had no capacity."""


class GroqRateLimited(GroqError, TransientError):
    """Too many requests or tokens; `retry_after` is the wait in seconds, if Groq gave one."""


class AnswerInvalid(GroqError, TransientError):
    """The model answered, and not with what was asked for."""


class RequestTooLarge(GroqError):
    """More tokens than the key may use in a minute: waiting does not help, a shorter text may."""


class KeyRejected(GroqError, PermanentError):
    """Groq refuses the key."""


class ModelMissing(GroqError, PermanentError):
    """Groq has no such model, or not for this key, or GROQ_BASE_URL leads elsewhere."""


class RequestRejected(GroqError):
    """Groq understood the request and refused it: our bug."""


@dataclass(frozen=True)
class Completion:
    """An answer: the parsed document (`{"text": …}` where no schema was given) and its price."""

    document: dict[str, Any]
    model: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.cached_tokens, self.completion_tokens)


class GroqClient:
    """
    One key and one model; a context manager, which closes the connections.

    May be shared by threads. Each call is one request, never repeated.
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
        self._groq = groq.Groq(
            api_key=key,
            base_url=base_url or settings.GROQ_BASE_URL,
            # The SDK ignores a Retry-After of more than a minute and asks again at once.
            max_retries=0,
            timeout=seconds,
            http_client=groq.DefaultHttpxClient(transport=transport, timeout=seconds),
        )

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = ANSWER_TOKENS,
    ) -> Completion:
        """
        Ask once.

        :param system: keep it the same from call to call: Groq caches the common start.
        :param schema: a strict JSON schema (every property required, no others); without one the
            document is `{"text": …}`.
        :raises GroqError: and nothing else.
        """
        try:
            reply = self._groq.chat.completions.create(
                **request_of(
                    self.model, system=system, user=user, schema=schema, max_tokens=max_tokens
                )
            )
        except groq.APIStatusError as exc:
            raise error_of(exc.status_code, exc.response.headers, exc.body) from exc
        except groq.APIResponseValidationError as exc:
            raise AnswerInvalid("Groq answered with something else than a completion.") from exc
        except (groq.APIError, httpx.HTTPError) as exc:
            raise GroqUnavailable("Groq did not answer.") from exc
        except ValueError as exc:  # a 200 whose body is not JSON
            raise AnswerInvalid("Groq answered with something else than JSON.") from exc
        return completion_of(reply, as_json=schema is not None)

    def is_alive(self) -> bool:
        """Whether Groq answers this key at all: its list of models, which costs nothing."""
        try:
            self._groq.models.list()
        except (groq.GroqError, httpx.HTTPError, ValueError):
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._groq.close()


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


def completion_of(reply: object, *, as_json: bool) -> Completion:
    """
    Take the document out of Groq's reply.

    :raises AnswerInvalid: for an answer that is empty, cut, refused or not an object.
    """
    if not isinstance(reply, ChatCompletion) or not reply.choices:
        raise AnswerInvalid("Groq answered with something else than a completion.")
    found = reply.usage
    usage = Usage()
    if found:
        details = found.prompt_tokens_details
        cached = details.cached_tokens if details else 0
        usage = Usage(found.prompt_tokens, cached or 0, found.completion_tokens)
    try:
        document = _document_of(reply, as_json=as_json)
    except AnswerInvalid as exc:
        exc.usage = usage
        raise
    return Completion(
        document=document,
        model=reply.model,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
    )


def _document_of(reply: ChatCompletion, *, as_json: bool) -> dict[str, Any]:
    choice = reply.choices[0]
    content = choice.message.content or ""
    if choice.finish_reason != "stop" or not content:
        raise AnswerInvalid("The model's answer was cut off.")
    if not as_json:
        return {"text": content}
    try:
        document = json.loads(content)
    except ValueError as exc:
        raise AnswerInvalid("The model answered in prose.") from exc
    if not isinstance(document, dict):
        raise AnswerInvalid("The model's answer is not an object.")
    return document


def error_of(status: int, headers: Mapping[str, str], body: object) -> GroqError:
    """
    The error of an HTTP status that is not 200. Its sentence is for people and holds nothing of
    what was sent.
    """
    if status == 429:
        return GroqRateLimited(
            "Groq's limit for this key is used up.",
            retry_after=seconds_of(headers.get("retry-after")),
            counts=False,
        )
    if status == 400 and code_of(body) == "json_validate_failed":
        return AnswerInvalid("The model's answer did not fit its form.")
    if status == 413:
        return RequestTooLarge("The pull request is too large for this Groq key.")
    if status in (401, 403):
        return KeyRejected("Groq refuses the key: set GROQ_API_KEY anew.")
    if status == 404:
        return ModelMissing("Groq does not have the model: set GROQ_MODEL to one that it lists.")
    if status in (408, 409, 498) or status >= 500:
        return GroqUnavailable("Groq did not answer.")
    return RequestRejected(f"Groq refused the request ({status}, {code_of(body) or 'no code'}).")


def code_of(body: object) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code") or "") if isinstance(error, dict) else ""


def seconds_of(value: str | None) -> float | None:
    """Seconds of a Retry-After header; None where it is absent, a date, or nonsense."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
