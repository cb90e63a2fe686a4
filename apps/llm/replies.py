"""What Groq answers: a completion, or the error of a status. Knows its shapes and no HTTP."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from apps.core.errors import PermanentError, TransientError

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
#: Codes of a 400 that is about what the model has written, and not about what it was asked.
FAILED_ANSWERS = ("json_validate_failed", "tool_use_failed", "output_parse_failed")
MOST_TOKENS = 10**6  # of one call that are believed: no model takes so many
A_DAY = 86_400.0  # seconds; no limit of Groq's ends later
PER_DAY = re.compile(r"per day|\b[RT]PD\b")  # what a 429 says of a limit that ends no sooner


@dataclass(frozen=True)
class Usage:
    """The tokens of one paid call; `cached_tokens` are among the `prompt_tokens`."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class GroqError(Exception):
    """
    Base of everything that asking Groq raises; with its `usage` where Groq charges all the same.

    Its sentence is for people, and repeats nothing of what was sent or answered.
    """

    usage: Usage | None = None
    headers: Mapping[str, str] = NO_HEADERS  #: of Groq's answer, where there was one


class GroqUnavailable(GroqError, TransientError):
    """Groq did not answer in time, answered 5xx, or had no capacity."""

    may_count = False  #: nobody waited for the end: Groq's limits may have counted the call


class GroqRateLimited(GroqError, TransientError):
    """
    Too many requests or tokens; `retry_after` is the wait in seconds, if Groq gave one.

    :param per_day: it is the day's limit, not the minute's.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, per_day: bool = False
    ) -> None:
        super().__init__(message, retry_after=retry_after, counts=False)
        self.per_day = per_day


class AnswerInvalid(GroqError, TransientError):
    """The model answered, and not with what was asked for."""


class RequestTooLarge(GroqError):
    """More tokens than the key may use in a minute: waiting does not help, a shorter text may."""


class KeyRejected(GroqError, PermanentError):
    """Groq refuses the key."""


class ModelMissing(GroqError, PermanentError):
    """Groq has no such model, or not for this key, or GROQ_BASE_URL leads elsewhere."""


class NotPermitted(ModelMissing):
    """The key is good, and may not use the model."""


class RequestRejected(GroqError):
    """Groq understood the request and refused it: our bug, or something in this one's text."""


@dataclass(frozen=True)
class Completion:
    """
    An answer: the parsed document (`{"text": …}` where no schema was given) and its price.

    :param model: that was asked, by the name that the settings have for it.
    """

    document: dict[str, Any]
    model: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    headers: Mapping[str, str] = field(
        default_factory=lambda: NO_HEADERS, repr=False, compare=False
    )

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.cached_tokens, self.completion_tokens)


Failure = TypeVar("Failure", bound=GroqError)
NO_COMPLETION = "Groq answered with something else than a completion."


def completion_of(
    reply: object, *, as_json: bool, model: str = "", headers: Mapping[str, str] = NO_HEADERS
) -> Completion:
    """
    Take the document out of Groq's reply, which is an object of JSON.

    :param model: that was asked; empty: what the reply says.
    :raises AnswerInvalid: for an answer that is empty, cut, refused or not one object; with the
        usage that Groq charges all the same.
    """
    usage = _usage_of(_at(reply, "usage"))
    try:
        document = _document_of(reply, as_json=as_json)
    except AnswerInvalid as exc:
        raise with_more(exc, usage=usage, headers=headers) from None
    return Completion(
        document=document,
        model=model or str(_at(reply, "model")),
        prompt_tokens=usage.prompt_tokens if usage else 0,
        cached_tokens=usage.cached_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        headers=headers,
    )


def _document_of(reply: object, *, as_json: bool) -> dict[str, Any]:
    choices = _at(reply, "choices")
    if not isinstance(choices, list) or not choices:
        raise AnswerInvalid(NO_COMPLETION)
    content = _at(_at(choices[0], "message"), "content")
    if _at(choices[0], "finish_reason") != "stop" or not content or not isinstance(content, str):
        raise AnswerInvalid("The model's answer was cut off.")
    if not as_json:
        return {"text": content}
    try:
        document = json.loads(content, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise AnswerInvalid("The model answered in prose.") from None
    if not isinstance(document, dict):
        raise AnswerInvalid("The model's answer is not an object.")
    return document


def _no_number(word: str) -> float:
    raise ValueError(word)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _usage_of(found: object) -> Usage | None:
    if not isinstance(found, Mapping):
        return None
    cached = _at(found.get("prompt_tokens_details"), "cached_tokens")
    counts = (found.get("prompt_tokens"), cached, found.get("completion_tokens"))
    return Usage(
        *(min(max(count, 0), MOST_TOKENS) if isinstance(count, int) else 0 for count in counts)
    )


def _at(found: object, name: str) -> object:
    return found.get(name) if isinstance(found, Mapping) else None


def with_more(
    error: GroqError, *, usage: Usage | None = None, headers: Mapping[str, str]
) -> GroqError:
    error.usage, error.headers = usage, headers
    return error


def error_of(status: int, headers: Mapping[str, str], body: object) -> GroqError:
    """The error of an HTTP status that is not 200."""
    return with_more(_error_of(status, headers, body), headers=headers)


def _error_of(status: int, headers: Mapping[str, str], body: object) -> GroqError:
    code = code_of(body)
    if status == 429:
        per_day = bool(PER_DAY.search(str(_at(_at(body, "error"), "message"))))
        return GroqRateLimited(
            f"Groq's limit {'per day ' if per_day else ''}for this key is used up.",
            retry_after=seconds_of(headers.get("retry-after")),
            per_day=per_day,
        )
    if status == 400 and (code in FAILED_ANSWERS or _at(_at(body, "error"), "failed_generation")):
        return AnswerInvalid("The model's answer did not fit its form.")
    if status in (408, 409, 498) or status >= 500:
        return GroqUnavailable("Groq did not answer.")
    if status in REFUSALS:
        return refusal_of(status)
    return RequestRejected(f"Groq refused the request ({status}, {code or 'no code'}).")


REFUSALS: Mapping[int, tuple[type[GroqError], str]] = {
    401: (KeyRejected, "Groq refuses the key: set GROQ_API_KEY anew."),
    403: (
        NotPermitted,
        "Groq does not let this key use the model: permit it at Groq, or set GROQ_MODEL to one "
        "that is permitted.",
    ),
    404: (ModelMissing, "Groq does not have the model: set GROQ_MODEL to one that it lists."),
    413: (RequestTooLarge, "The pull request is too large for this Groq key."),
}


def refusal_of(status: int) -> GroqError:
    """The error of one of `REFUSALS`."""
    kind, sentence = REFUSALS[status]
    return kind(sentence)


def code_of(body: object) -> str:
    """Groq's word for what is wrong; empty where there is none."""
    return str(_at(_at(body, "error"), "code") or "")


def seconds_of(value: str | None) -> float | None:
    """Seconds of a Retry-After header, a day at most; None where it says nothing of use."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return min(seconds, A_DAY) if 0 <= seconds < math.inf else None
